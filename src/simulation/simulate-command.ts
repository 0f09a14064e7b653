import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KINDS_BY_EVENTS, LIFE_KIND_NAMES } from '../orders/producer/lives/life-kinds.js';
import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import { PaymentsSettings } from '../payments/payments.settings.js';
import { Environment } from '../platform/config/environment.js';
import type { Settings } from '../platform/config/setting-group.js';
import { knownFailures } from '../platform/known-failures.js';
import { createLogger } from '../platform/logging/logger.js';
import type { Topics } from '../platform/messaging/topics.js';
import { Progress } from '../platform/progress.js';
import { MAX_SEED } from '../platform/seeded-random.js';
import { EX_INTERRUPTED, type Terminal } from '../platform/terminal.js';
import { TrackingSettings } from '../tracking/tracking.settings.js';
import { HttpSender } from './http-sender.js';
import { KafkaSender } from './kafka-sender.js';
import type { Sender } from './sender.js';
import type { SimulateCommand } from './simulate-arguments.js';
import { Simulation } from './simulation.js';
import { Tally } from './tally.js';

const BAR_EVERY_MS = 200;
const LINE_EVERY_MS = 5_000;

export interface SimulateParts {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly terminal: Terminal;
}

/** @returns the exit code. @throws what Kafka says when it cannot be reached at all */
export async function simulate(command: SimulateCommand, parts: SimulateParts): Promise<number> {
  const { settings, terminal } = parts;
  const { out, err, signal } = terminal;
  const { CONTEXTS } = settings.of(Environment);
  const { ordersPerSecond, forMs, lifeMs, http, api, seed = randomInt(MAX_SEED + 1) } = command;
  const mayAsk = (http ?? api) !== undefined;
  const isSent = ({ to }: LifeEvent): boolean => {
    if (to === 'payments') return CONTEXTS.includes('payments');
    if (to === 'delivery-events') return CONTEXTS.includes('tracking');
    return to === 'orders' || mayAsk;
  };
  // Each request that waits to be tried again listens.
  setMaxListeners(0, signal);
  const sender = senderOf(command, parts);
  err.write(`seed ${seed}\n`);
  const startedAtMs = performance.now();
  const tally = new Tally(startedAtMs);
  const showProgress = progressOf(err, tally, startedAtMs, forMs + lifeMs);
  const simulation = new Simulation({
    pace: { ordersPerSecond, forMs, lifeMs, seed },
    sender,
    tally,
    kinds: mayAsk ? LIFE_KIND_NAMES : KINDS_BY_EVENTS,
    isSent,
    onTick: showProgress,
    sleep: (ms, stop) => sleep(ms, undefined, { signal: stop }),
  });
  try {
    await sender.open();
    await simulation.run(startedAtMs, signal);
  } finally {
    await sender.close();
  }
  const endedAtMs = performance.now();
  if (err.isTTY) err.write('\n');
  out(tally.summary(endedAtMs, Math.min(endedAtMs - startedAtMs, forMs), simulation.livesUnderWay));
  if (tally.notTaken > 0) return 1;
  return signal.aborted ? EX_INTERRUPTED : 0;
}

function senderOf({ http, api }: SimulateCommand, { settings, topics }: SimulateParts): Sender {
  const environment = settings.of(Environment);
  const secrets = {
    payments: settings.of(PaymentsSettings).PAYMENTS_WEBHOOK_SECRETS,
    tracking: settings.of(TrackingSettings).TRACKING_WEBHOOK_SECRETS,
  };
  if (http !== undefined) return new HttpSender(http, secrets);
  return new KafkaSender({
    environment,
    topics,
    failures: knownFailures([]),
    log: createLogger(environment.LOG_LEVEL === 'info' ? 'error' : environment.LOG_LEVEL, process.stderr),
    requests: api === undefined ? undefined : new HttpSender(api, secrets),
  });
}

/** A bar that redraws itself on a terminal, a line now and then elsewhere. */
function progressOf(
  err: NodeJS.WriteStream,
  tally: Tally,
  startedAtMs: number,
  wholeMs: number,
): (nowMs: number) => void {
  const progress = new Progress(err);
  let shownAtMs = startedAtMs;
  return (nowMs) => {
    if (nowMs - shownAtMs < (err.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    shownAtMs = nowMs;
    if (err.isTTY) progress.show(nowMs - startedAtMs, wholeMs, tally.line(nowMs));
    else progress.say(tally.line(nowMs));
  };
}

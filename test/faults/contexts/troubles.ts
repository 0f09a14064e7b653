import { setTimeout as pause } from 'node:timers/promises';
import { metric } from '../../e2e/api.js';
import { TROUBLES, type Trouble } from '../../contexts/unreliable/trouble.js';
import type { ContextsAccount } from './contexts-account.js';
import { ContextsStage, type ContextsStageOptions } from './contexts-stage.js';
import { HealthWatch } from './health-watch.js';
import { quantile } from './order-flow.js';

const CALM_MS = 3_000;

/** How orders did while the unreliable context was in one kind of trouble. */
export interface TroubleOutcome {
  readonly trouble: Trouble | 'none';
  readonly orders: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** What `/health` said of the context at last; '' when it did not name it. */
  readonly health: string;
  /** Answers of `/health/ready` that were not 200. */
  readonly unready: readonly string[];
  /** Tries that failed, of each context. */
  readonly retries: Readonly<Record<string, number>>;
  /** The longest that a partition of the context was failing for, as the metrics had it. */
  readonly failingSeconds: number;
  readonly letters: Readonly<Record<string, number>>;
}

export interface TroublesOutcome {
  readonly transport: string;
  readonly troubles: readonly TroubleOutcome[];
  readonly account: ContextsAccount;
  readonly drainedMs: number;
  readonly deaths: number;
}

const CONTEXTS = ['orders', 'weights', 'unreliable'];

async function countsOf(url: string, name: string): Promise<Record<string, number>> {
  const counts = CONTEXTS.map(async (context) => [context, await metric(url, name, `context="${context}"`)]);
  return Object.fromEntries(await Promise.all(counts)) as Record<string, number>;
}

const minus = (after: Record<string, number>, before: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));

async function endure(
  stage: ContextsStage,
  trouble: Trouble | undefined,
  lastsMs: number,
): Promise<TroubleOutcome> {
  const { url, flow } = stage;
  const retries = await countsOf(url, 'waybill_consumer_retries_total');
  const letters = await countsOf(url, 'waybill_dead_letters_total');
  const watch = new HealthWatch(url, 'unreliable');
  await stage.bringAbout(trouble);
  const fromMs = performance.now();
  await pause(lastsMs);
  const toMs = performance.now();
  const failingSeconds = await metric(url, 'waybill_consumer_failing_seconds', 'context="unreliable"');
  await stage.bringAbout(undefined);
  await watch.close();
  await untilStored(stage, fromMs, toMs);
  const delays = flow.delaysMs(fromMs, toMs);
  return {
    trouble: trouble ?? 'none',
    orders: delays.length,
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    longestMs: delays.at(-1) ?? NaN,
    health: watch.named,
    unready: watch.unready,
    retries: minus(await countsOf(url, 'waybill_consumer_retries_total'), retries),
    failingSeconds,
    letters: minus(await countsOf(url, 'waybill_dead_letters_total'), letters),
  };
}

/** Those of a span of time: what is not stored by then counts as Infinity. */
async function untilStored({ flow }: ContextsStage, fromMs: number, toMs: number): Promise<void> {
  const deadline = performance.now() + CALM_MS;
  while (flow.delaysMs(fromMs, toMs).at(-1) === Infinity && performance.now() < deadline) await pause(50);
}

/** Brings each trouble about in turn, with calm in between, and counts everything at the end. */
export async function goThroughTroubles(
  options: ContextsStageOptions,
  lastsMs: number,
  drainTimeoutMs: number,
): Promise<TroublesOutcome> {
  const stage = await ContextsStage.open(options);
  try {
    const troubles = [await endure(stage, undefined, CALM_MS)];
    for (const trouble of TROUBLES) {
      troubles.push(await endure(stage, trouble, lastsMs));
      await stage.calmed(CALM_MS);
    }
    const startedAt = performance.now();
    const account = await stage.drained(drainTimeoutMs);
    const drainedMs = performance.now() - startedAt;
    return {
      transport: stage.transport.name,
      troubles,
      account,
      drainedMs,
      deaths: stage.program.deaths.length,
    };
  } finally {
    await stage.close();
  }
}

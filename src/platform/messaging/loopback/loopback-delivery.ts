import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../../database/database.js';
import type { Logger } from '../../logging/logger.js';
import type { AttemptGate, BatchRunner } from '../batch-runner.js';
import { Backoff } from '../backoff.js';
import type { ReceivedEvent } from '../received-event.js';
import type { BacklogOwner, LoopbackBacklog } from './backlog.js';

/**
 * A context that takes longer than this gets its events from the backlog, as a failing one does; until then the events of
 * all others wait for it.
 */
const SLOW_MS = 500;
const KEPT_WITHIN_MS = 1_000;
const KEPT_LOOK_MS = 20;
const MAX_EVENTS = 1_000;
const MAX_BYTES = 4 * 1_048_576;

export interface DeliveryParts {
  readonly owner: BacklogOwner;
  readonly runner: BatchRunner;
  readonly backlog: LoopbackBacklog;
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

/**
 * Delivers the events of a topic to one context. The relay waits for a context that succeeds quickly. One that fails or is
 * slow gets its events from the backlog instead, in order, until it has caught up.
 */
export class LoopbackDelivery {
  private catchingUp: Promise<void> | undefined;

  constructor(private readonly parts: DeliveryParts) {}

  get owner(): BacklogOwner {
    return this.parts.owner;
  }

  /** Resolves once the events are processed, or in the backlog, by the transaction that deletes them from the outbox. */
  async deliver(tx: Transaction, events: readonly ReceivedEvent[], hasBacklog: boolean): Promise<void> {
    const { backlog } = this.parts;
    if (hasBacklog || this.catchingUp !== undefined) {
      await backlog.keep(tx, events);
      this.catchUp();
      return;
    }
    const run = new AbortController();
    const { done, troubled } = this.begin(events, run.signal);
    if (await isDoneInTime(done, troubled)) return;
    try {
      await backlog.keep(tx, events);
    } catch (error) {
      run.abort();
      await done.catch(() => undefined);
      throw error;
    }
    const underWay = done.then(() => events);
    // Nobody waits for it where the backlog is being worked off already, or where the program stops.
    underWay.catch(() => undefined);
    this.catchUp(underWay);
  }

  /** Processes the backlog, after what is under way. */
  catchUp(underWay?: Promise<readonly ReceivedEvent[]>): void {
    this.catchingUp ??= this.workOff(underWay).finally(() => (this.catchingUp = undefined));
  }

  /** Resolves once nothing is being processed, and another process may take the topic. */
  async settled(): Promise<void> {
    await this.catchingUp;
    await this.parts.runner.keepOnly([]);
  }

  private begin(
    events: readonly ReceivedEvent[],
    signal: AbortSignal,
  ): { done: Promise<void>; troubled: Promise<void> } {
    const { runner, stopping } = this.parts;
    let reportTrouble = (): void => undefined;
    const troubled = new Promise<void>((resolve) => (reportTrouble = resolve));
    const gate: AttemptGate = { run: (attempt) => attempt(), onPause: () => reportTrouble() };
    const done = runner.run(events, AbortSignal.any([stopping, signal]), gate);
    return { done, troubled };
  }

  private async workOff(underWay?: Promise<readonly ReceivedEvent[]>): Promise<void> {
    const { owner, backlog, runner, stopping, log } = this.parts;
    const backoff = new Backoff();
    let events = underWay;
    while (!stopping.aborted) {
      try {
        const isUnderWay = events !== undefined;
        const done = await (events ?? this.next(runner));
        events = undefined;
        if (done.length === 0) return;
        await (isUnderWay ? this.forgetOnceKept(done) : backlog.forget(owner, done));
      } catch (error) {
        events = undefined;
        if (stopping.aborted) return;
        log.warn({ err: error, ...owner }, 'the backlog of a context could not be worked off; trying again');
        await backoff.pause(stopping).catch(() => undefined);
      }
    }
  }

  /** The transaction that puts these events into the backlog may still be open, so deleting them is repeated briefly. */
  private async forgetOnceKept(events: readonly ReceivedEvent[]): Promise<void> {
    const { owner, backlog } = this.parts;
    let left = events.length;
    for (let waitedMs = 0; left > 0 && waitedMs < KEPT_WITHIN_MS; waitedMs += KEPT_LOOK_MS) {
      left -= await backlog.forget(owner, events);
      if (left > 0) await sleep(KEPT_LOOK_MS);
    }
  }

  private async next(runner: BatchRunner): Promise<readonly ReceivedEvent[]> {
    const { owner, backlog, stopping } = this.parts;
    const events = await backlog.oldest(owner, MAX_EVENTS, MAX_BYTES);
    if (events.length > 0) await runner.run(events, stopping);
    return events;
  }
}

/** @throws what `done` throws, unless an attempt failed or time ran out first */
async function isDoneInTime(done: Promise<void>, troubled: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), SLOW_MS);
    void troubled.then(() => resolve(false));
  });
  try {
    return await Promise.race([done.then(() => true), slow]);
  } finally {
    clearTimeout(timer);
    done.catch(() => undefined);
  }
}

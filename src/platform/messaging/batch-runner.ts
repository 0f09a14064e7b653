import type { FailureKind } from '../failures/failure-kind.js';
import type { Failures } from '../failures/failures.js';
import { Backoff } from './backoff.js';
import type { PoisonGuard, Portion } from './poison/poison-guard.js';
import type { BatchHandler, ReceivedEvent, RefusedEvent } from './received-event.js';

export interface BatchRunnerOptions {
  readonly handler: BatchHandler;
  /** Stores an event that can never be processed as a dead letter; resolves once that is committed. */
  readonly refuse: (refused: RefusedEvent) => Promise<void>;
  readonly failures: Failures;
  /** Attempts at a single event that fails for no known reason, before it is refused. */
  readonly maxAttempts: number;
  /** Called after every failed attempt. */
  readonly onFailure: (kind: FailureKind, error: Error, events: readonly ReceivedEvent[]) => void;
  /** Isolates events that crash the process. */
  readonly guard?: PoisonGuard;
  /** Called after every batch whose events are all stored or refused. */
  readonly onDone?: (events: readonly ReceivedEvent[]) => void;
}

/** Decides when a run may make its next attempt; a lane that has left shares a few permits with others. */
export interface AttemptGate {
  /** Makes an attempt, after waiting for other runs where that is needed. Rethrows what the attempt throws. */
  run<T>(attempt: () => Promise<T>): Promise<T>;
  /** Called when an attempt has failed and the run pauses before the next one. */
  onPause(): void;
}

const OPEN_GATE: AttemptGate = { run: (attempt) => attempt(), onPause: () => undefined };

/**
 * Retries, halves and refuses until every event of a batch is either processed or a dead letter.
 *
 * A transient failure is waited out, for as long as it takes. A batch that fails for another reason is halved
 * until the culprit stands alone; its neighbours are stored and it goes to the dead letters. The halves run one
 * after the other, so the order per key holds.
 */
export class BatchRunner {
  constructor(private readonly options: BatchRunnerOptions) {}

  /**
   * Resolves when every event is done.
   *
   * @throws AbortError when the signal is aborted; what is not done by then must be delivered again
   */
  async run(
    events: readonly ReceivedEvent[],
    signal: AbortSignal,
    gate: AttemptGate = OPEN_GATE,
  ): Promise<void> {
    const run = { signal, gate };
    const { guard } = this.options;
    if (guard === undefined || guard.isCalm(events[0]!.partition)) await this.finish({ events }, run);
    else {
      const portions = await this.persist(() => guard.portions(events), events, run);
      for (const portion of portions) await this.finish(portion, run);
    }
    this.options.onDone?.(events);
  }

  /** The process reads these partitions from now on, and no others. */
  async keepOnly(partitions: readonly number[]): Promise<void> {
    await this.options.guard?.keepOnly(partitions);
  }

  private async finish(portion: Portion, run: Run): Promise<void> {
    const { events, verdict } = portion;
    const failure = verdict ?? (await this.tryHandler(portion, run));
    if (failure === undefined) return;
    if (events.length > 1) {
      const middle = Math.ceil(events.length / 2);
      await this.finish({ ...portion, events: events.slice(0, middle) }, run);
      await this.finish({ ...portion, events: events.slice(middle) }, run);
      return;
    }
    await this.refuse(events[0]!, failure, run);
    await verdict?.onRefused();
  }

  /** @returns undefined when the events are processed; else the failure, which no retry will mend */
  private async tryHandler(
    { events, guarded = (_, work) => work() }: Portion,
    run: Run,
  ): Promise<{ error: Error; attempts: number } | undefined> {
    const backoff = new Backoff();
    for (let bugs = 0; ;) {
      try {
        await attempt(() => guarded(events, () => this.options.handler(events)), run);
        return undefined;
      } catch (error) {
        run.signal.throwIfAborted();
        const kind = this.options.failures.kindOf(error);
        this.options.onFailure(kind, error as Error, events);
        if (kind === 'bug') bugs++;
        const triedEnough = kind === 'permanent' || events.length > 1 || bugs >= this.options.maxAttempts;
        if (kind !== 'transient' && triedEnough)
          return { error: error as Error, attempts: Math.max(bugs, 1) };
        await pause(backoff, run);
      }
    }
  }

  private async refuse(
    event: ReceivedEvent,
    { error, attempts }: { error: Error; attempts: number },
    run: Run,
  ): Promise<void> {
    const refused = { event, reason: error.message, attempts };
    await this.persist(() => this.options.refuse(refused), [event], run);
  }

  /** Retries for ever, whatever kind the failure is, since the events may be neither dropped nor skipped. */
  private async persist<T>(work: () => Promise<T>, events: readonly ReceivedEvent[], run: Run): Promise<T> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await attempt(work, run);
      } catch (error) {
        run.signal.throwIfAborted();
        this.options.onFailure('transient', error as Error, events);
        await pause(backoff, run);
      }
    }
  }
}

interface Run {
  readonly signal: AbortSignal;
  readonly gate: AttemptGate;
}

async function attempt<T>(work: () => Promise<T>, { signal, gate }: Run): Promise<T> {
  signal.throwIfAborted();
  return gate.run(work);
}

async function pause(backoff: Backoff, { signal, gate }: Run): Promise<void> {
  gate.onPause();
  await backoff.pause(signal);
}

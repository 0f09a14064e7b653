import { classifyFailure, type FailureKind } from './failure.js';
import { Patience } from './patience.js';
import type { BatchHandler, ReceivedEvent, RefusedEvent } from './received-event.js';

export interface BatchRunnerOptions {
  readonly handler: BatchHandler;
  /** Puts an event that can never be done into the dead letters, durably. */
  readonly refuse: (refused: RefusedEvent) => Promise<void>;
  /** How often an event that fails for no known reason is tried before it is refused. */
  readonly maxAttempts: number;
  /** Hears of every try that failed. */
  readonly onFailure: (kind: FailureKind, error: Error, events: readonly ReceivedEvent[]) => void;
}

/**
 * Brings a batch to its end, whatever happens on the way.
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
   * @param pulse called about once a second while waiting; what it throws ends the run
   * @throws AbortError when the signal is aborted; what is not done by then must be delivered again
   */
  async run(
    events: readonly ReceivedEvent[],
    signal: AbortSignal,
    pulse: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const failure = await this.tryHandler(events, signal, pulse);
    if (failure === undefined) return;
    if (events.length > 1) {
      const middle = Math.ceil(events.length / 2);
      await this.run(events.slice(0, middle), signal, pulse);
      await this.run(events.slice(middle), signal, pulse);
      return;
    }
    await this.refuse(events[0]!, failure, signal, pulse);
  }

  /** Undefined when the events are done; else the failure that waiting will not mend. */
  private async tryHandler(
    events: readonly ReceivedEvent[],
    signal: AbortSignal,
    pulse: () => Promise<void>,
  ): Promise<{ error: Error; attempts: number } | undefined> {
    const patience = new Patience();
    for (let bugs = 0; ;) {
      signal.throwIfAborted();
      try {
        await this.options.handler(events);
        return undefined;
      } catch (error) {
        const kind = classifyFailure(error);
        this.options.onFailure(kind, error as Error, events);
        if (kind === 'bug') bugs++;
        const triedEnough = kind === 'permanent' || events.length > 1 || bugs >= this.options.maxAttempts;
        if (kind !== 'transient' && triedEnough)
          return { error: error as Error, attempts: Math.max(bugs, 1) };
        await patience.pause(signal, pulse);
      }
    }
  }

  private async refuse(
    event: ReceivedEvent,
    { error, attempts }: { error: Error; attempts: number },
    signal: AbortSignal,
    pulse: () => Promise<void>,
  ): Promise<void> {
    const patience = new Patience();
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.options.refuse({ event, reason: error.message, attempts });
      } catch (refusal) {
        // Whatever kind this is, the event may neither be dropped nor passed over.
        this.options.onFailure('transient', refusal as Error, [event]);
        await patience.pause(signal, pulse);
      }
    }
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from './logging/logger.js';

type Step = () => Promise<void> | void;

interface NamedStep {
  /** Whose it is, for the operator: such as `the cache of orders`. */
  readonly name: string;
  readonly run: Step;
}

/** A step that has failed, and may be tried again. */
export class StepError extends Error {
  constructor(
    readonly step: string,
    override readonly cause: Error,
  ) {
    super(`${step}: ${cause.message}`);
    this.name = 'StepError';
  }
}

/** What parts have to do when the program comes up and goes down, in the order in which it does so. */
@Injectable()
export class Lifecycle {
  private readonly startSteps: NamedStep[] = [];
  private readonly drainSteps: NamedStep[] = [];
  private readonly closeSteps: NamedStep[] = [];

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /** Once the database is open and the consumers are connected, before the program is ready. */
  beforeReady(name: string, run: Step): void {
    this.startSteps.push({ name, run });
  }

  /** When no more events are taken in: ends what would otherwise hold connections open, such as streams. */
  onDrain(name: string, run: Step): void {
    this.drainSteps.push({ name, run });
  }

  /** When all is answered and sent, before the database closes. */
  onClose(name: string, run: Step): void {
    this.closeSteps.push({ name, run });
  }

  /** Goes on behind the steps that are done, when it is called again. @throws StepError from the first that fails */
  async start(): Promise<void> {
    for (let step = this.startSteps[0]; step !== undefined; step = this.startSteps[0]) {
      try {
        await step.run();
      } catch (error) {
        throw new StepError(step.name, error as Error);
      }
      this.startSteps.shift();
    }
  }

  drain(): Promise<void> {
    return this.runAll(this.drainSteps);
  }

  close(): Promise<void> {
    return this.runAll(this.closeSteps);
  }

  /** One that fails keeps none of the others, nor what follows them, from being done. */
  private async runAll(steps: readonly NamedStep[]): Promise<void> {
    for (const { name, run } of steps) {
      try {
        await run();
      } catch (error) {
        this.log.error({ err: error, step: name }, 'a step of the stop failed');
      }
    }
  }
}

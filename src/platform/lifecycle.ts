import { Injectable } from '@nestjs/common';

type Step = () => Promise<void> | void;

/** What parts have to do when the program comes up and goes down, in the order in which it does so. */
@Injectable()
export class Lifecycle {
  private readonly startSteps: Step[] = [];
  private readonly drainSteps: Step[] = [];
  private readonly closeSteps: Step[] = [];

  /** Once the database is open and the consumers are connected, before the program is ready. */
  beforeReady(step: Step): void {
    this.startSteps.push(step);
  }

  /** When no more events are taken in: ends what would otherwise hold connections open, such as streams. */
  onDrain(step: Step): void {
    this.drainSteps.push(step);
  }

  /** When all is answered and sent, before the database closes. */
  onClose(step: Step): void {
    this.closeSteps.push(step);
  }

  start(): Promise<void> {
    return runAll(this.startSteps);
  }

  drain(): Promise<void> {
    return runAll(this.drainSteps);
  }

  close(): Promise<void> {
    return runAll(this.closeSteps);
  }
}

async function runAll(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step();
}

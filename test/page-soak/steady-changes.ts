import { setTimeout as pause } from 'node:timers/promises';

/** Ten requests a second make the rate. */
const TICK_MS = 100;
/** As many as one request may ask for. */
const MAX_AT_ONCE = 1_000;

/** New orders at an even rate over HTTP; each is one change on the stream of a program that serves orders alone. */
export class SteadyChanges {
  private isStopping = false;
  private readonly running: Promise<void>;
  /** Orders that the program has taken. */
  sent = 0;
  /** The longest that a request took: a program that cannot keep up is not a page that cannot. */
  slowestMs = 0;

  constructor(
    private readonly url: string,
    private readonly perSecond: number,
  ) {
    this.running = this.run();
    // Told by stop().
    this.running.catch(() => undefined);
  }

  /** @throws Error when an order was not taken */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const startedAtMs = performance.now();
    for (;;) {
      await pause(TICK_MS);
      if (this.isStopping) return;
      const due = Math.floor(((performance.now() - startedAtMs) * this.perSecond) / 1_000) - this.sent;
      if (due > 0) await this.send(Math.min(due, MAX_AT_ONCE));
    }
  }

  private async send(count: number): Promise<void> {
    const startedAtMs = performance.now();
    const answer = await fetch(`${this.url}/api/orders/test?count=${count}`, { method: 'POST' });
    await answer.text();
    if (answer.status !== 202) throw new Error(`POST /api/orders/test: ${answer.status}`);
    this.sent += count;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAtMs);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Health } from '../../platform/health/health.js';
import type { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { OrderWalk, WalkState, WalkStep } from '../repository/order-walk.js';

/** Some 20 ms of PostgreSQL's work: as long may an order that is replaced have to wait. */
export const STEP_ORDERS = 500;
/** Of the time that a step took, so that half of a core is left to what orders and requests need. */
const REST_SHARE = 1;
/** Until somebody looks whether there is anything to do. */
const LOOK_EVERY_MS = 30_000;
const TOLD_EVERY_ORDERS = 100_000;

export interface OrderFillingOptions {
  readonly walk: OrderWalk;
  /** Such as `search`: its name in /health. */
  readonly name: string;
  /** Such as `the search`: what it is for, in the log. */
  readonly purpose: string;
  /** What is wrong with orders that it has not looked at, such as `are not found yet`. */
  readonly lack: string;
  /** What there is to do besides each time. */
  readonly besides?: (filling: OrderFilling) => Promise<void>;
  readonly log: Logger;
}

/** Goes through all orders in steps, beside the work of the program, newest first, in turns with all other processes. */
export class OrderFilling {
  private readonly stopping = new AbortController();
  private state: WalkState = { isFilling: false, beforeReceivedAt: null };
  private work: Promise<void> | undefined;

  constructor(private readonly options: OrderFillingOptions) {}

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** From when the program is ready until it stops; `/health` tells how far it is. */
  runWith(lifecycle: Lifecycle, health: Health): void {
    const { name, purpose } = this.options;
    const step = `the fill of ${purpose}`;
    lifecycle.beforeReady(step, () => {
      health.addRemark(name, () => this.remark());
      this.work = this.fillAgainAndAgain();
    });
    lifecycle.onDrain(step, async () => {
      this.stopping.abort();
      await this.work;
    });
  }

  /** Rests as long as a step took that began then. */
  async rest(stepStartedAtMs: number): Promise<void> {
    await this.pause((performance.now() - stepStartedAtMs) * REST_SHARE);
  }

  private remark(): { up: boolean; detail?: string } {
    const { isFilling, beforeReceivedAt } = this.state;
    if (!isFilling) return { up: true };
    const since = beforeReceivedAt === null ? '' : ` received before ${beforeReceivedAt.toISOString()}`;
    return { up: false, detail: `orders${since} ${this.options.lack}` };
  }

  /** Never throws. */
  private async fillAgainAndAgain(): Promise<void> {
    const { walk, purpose, besides, log } = this.options;
    while (!this.isStopping) {
      try {
        this.state = await walk.state();
        await this.fillWhatIsMissing();
        if (!this.isStopping) await besides?.(this);
      } catch (error) {
        if (!this.isStopping)
          log.warn({ err: error, purpose }, 'older orders could not be looked through; trying again');
      }
      await this.pause(LOOK_EVERY_MS);
    }
  }

  /** Until nothing is left to be done for this process. */
  private async fillWhatIsMissing(): Promise<void> {
    const { walk, purpose, log } = this.options;
    let looked = 0;
    let filled = 0;
    for (;;) {
      const startedAtMs = performance.now();
      const step: WalkStep = this.isStopping ? undefined : await walk.step(STEP_ORDERS);
      if (step === undefined) return;
      looked += step.looked;
      filled += step.filled;
      this.state = await walk.state();
      if (step.isRoundOver) {
        if (looked > 0) log.info({ purpose, looked, filled }, 'all orders have been looked through');
        return;
      }
      if (looked % TOLD_EVERY_ORDERS === 0) {
        log.info({ purpose, looked, filled }, 'orders are being looked through');
      }
      await this.rest(startedAtMs);
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

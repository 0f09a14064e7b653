import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import type { HttpCaller } from '../http-caller.js';
import { PLENTIFUL } from '../shop.js';
import { SCARCE, SOLD_OUT } from './life.js';

const BETWEEN_ADJUSTMENTS_MS = 150;
const LARGEST_DELTA = 20;
const STOCK: ReadonlyMap<number, number> = new Map([
  [PLENTIFUL, 10_000_000],
  [SOLD_OUT, 0],
  [SCARCE, 5],
]);

/** Counts what there is once, and then adds to it and takes from it. */
export class StockClerk {
  /** What there would be of each thing if no order had taken any. */
  readonly counted = new Map<number, number>();
  private working: Promise<void> = Promise.resolve();
  private open = false;
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly caller: HttpCaller,
    private readonly dice: Dice,
  ) {}

  async countAll(): Promise<void> {
    for (const [thing, onHand] of STOCK) {
      const body = JSON.stringify({ nm_id: thing, on_hand: onHand });
      await this.caller.untilAccepted({ method: 'PUT', path: `/api/inventory/${thing}`, body });
      this.counted.set(thing, onHand);
    }
  }

  start(): void {
    this.open = true;
    this.working = this.adjust();
  }

  async finish(): Promise<void> {
    this.open = false;
    await this.working;
  }

  private async adjust(): Promise<void> {
    while (this.open) {
      const delta = this.dice.below(2 * LARGEST_DELTA) - LARGEST_DELTA || 1;
      const path = `/api/inventory/${PLENTIFUL}/adjustments`;
      const body = JSON.stringify({ delta, reason: 'counted anew' });
      await this.caller.untilAccepted({ path, body, key: `${this.name}-adjustment-${++this.count}` });
      this.counted.set(PLENTIFUL, this.counted.get(PLENTIFUL)! + delta);
      await pause(BETWEEN_ADJUSTMENTS_MS);
    }
  }
}

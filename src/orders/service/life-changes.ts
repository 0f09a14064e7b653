import { announcementId, type Announcement } from '../model/announcement.js';
import { after, type Step, stepsAfter } from '../model/life-rules.js';
import type { HeldOrder } from '../repository/held-orders.js';
import type { MovedOrder } from '../repository/life.repository.js';
import type { HistoryRow } from '../repository/order-history.sql.js';

/** A version that an order has got by a step of one of its states. */
export interface NewVersion {
  readonly order: HeldOrder;
  readonly row: HistoryRow;
}

/** The steps of a batch, on orders that are held: each begins where the one before has left its order. */
export class LifeChanges {
  readonly versions: NewVersion[] = [];
  private readonly moved = new Map<string, MovedOrder>();

  constructor(
    private readonly held: ReadonlyMap<string, HeldOrder>,
    /** Microseconds since the Unix epoch. */
    private readonly atUs: number,
  ) {}

  /** The order as the steps so far have left it; undefined where it is not there. */
  orderOf(orderUid: string): HeldOrder | undefined {
    return this.moved.get(orderUid) ?? this.held.get(orderUid);
  }

  /** The orders that have moved, as they are now. */
  get movedOrders(): MovedOrder[] {
    return [...this.moved.values()];
  }

  get rows(): HistoryRow[] {
    return this.versions.map(({ row }) => row);
  }

  /** Takes what an owner says of an order that is there. */
  hear(order: HeldOrder, announced: Announcement): void {
    const { owner } = announced;
    this.take(order, stepsAfter(order, announced), { source: owner, cause: announcementId(announced) });
  }

  take(order: HeldOrder, steps: readonly Step[], whence: Pick<HistoryRow, 'source' | 'cause' | 'by'>): void {
    let moving = order;
    for (const step of steps) {
      const { change, from, to, reason } = step;
      moving = { ...moving, version: moving.version + 1, states: after(moving.states, step) };
      const { orderUid, version } = moving;
      const row = { orderUid, version, change, from, to, atUs: this.atUs, reason, ...whence };
      this.versions.push({ order: moving, row });
    }
    if (moving === order) return;
    this.moved.set(order.orderUid, { ...moving, movedAtUs: this.atUs });
  }
}

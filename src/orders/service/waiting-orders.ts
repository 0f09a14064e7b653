import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { observeGauges } from '../../platform/metrics/observed-gauge.js';
import type { BoundedCount } from '../../platform/database/bounded-count.js';
import { type Wait, WAITS } from '../model/waiting.js';
import { OrdersSettings } from '../orders.settings.js';
import { momentText } from '../repository/order-time.js';
import { StoredOrders } from '../repository/stored-orders.js';
import {
  type After,
  type Patience,
  WaitingRepository,
  type WaitingPosition,
} from '../repository/waiting.repository.js';

/** A place in the list of all that wait: by since when, by order, and by what it waits for. */
export interface WaitingPlace extends WaitingPosition {
  readonly wait: Wait;
}

/** An order that waits too long. */
export interface WaitingOrder {
  readonly wait: Wait;
  /** RFC 3339 in UTC to the microsecond. */
  readonly since: string;
  /** JSON of what a list shows of the order. */
  readonly order: string;
}

/** How many there are, by what they wait for. */
export type WaitingCounts = Readonly<Record<Wait, BoundedCount>>;

export interface WaitingPage {
  readonly waiting: readonly WaitingOrder[];
  /** Where the next page begins; not there after the last one. */
  readonly next?: WaitingPlace;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
const BEGINNING: WaitingPlace = { sinceUs: 0, orderUid: '', wait: WAITS[0] };

/** Orders that wait for something longer than they should. */
@Injectable()
export class WaitingOrders {
  private readonly patience: Patience;

  constructor(
    private readonly waiting: WaitingRepository,
    private readonly orders: StoredOrders,
    settings: OrdersSettings,
    database: Database,
  ) {
    this.patience = {
      confirmation: settings.WAITING_CONFIRMATION_MINUTES * MINUTE_SECONDS,
      shipment: settings.WAITING_SHIPMENT_HOURS * HOUR_SECONDS,
      delivery: settings.WAITING_DELIVERY_HOURS * HOUR_SECONDS,
    };
    observeGauges(
      'waybill_orders_waiting',
      'Orders that wait for something longer than the settings WAITING_… allow, or that a parcel of was promised by now; counted up to 10,000. Look when it rises',
      'for',
      async () => {
        if (!database.isOpen) return undefined;
        const counts = await this.counts();
        return WAITS.map((wait) => [wait, counts[wait].count]);
      },
    );
  }

  /** @param waits what for. @param after the last of the page before */
  async page(waits: readonly Wait[], limit: number, after = BEGINNING): Promise<WaitingPage> {
    const found = await Promise.all(waits.map((wait) => this.find(wait, after, limit + 1)));
    const places = found.flat().sort(inOrder);
    const shown = places.slice(0, limit);
    const texts = await this.orders.summaries([...new Set(shown.map(({ orderUid }) => orderUid))]);
    const waiting = shown.flatMap(({ wait, sinceUs, orderUid }) => {
      const order = texts.get(orderUid);
      return order === undefined ? [] : [{ wait, since: momentText(sinceUs), order }];
    });
    return places.length > limit ? { waiting, next: shown.at(-1)! } : { waiting };
  }

  counts(): Promise<WaitingCounts> {
    return this.waiting.counts(this.patience);
  }

  private async find(wait: Wait, after: WaitingPlace, limit: number): Promise<WaitingPlace[]> {
    // Of one order that waits for several things since the same moment, those behind this one are still to come.
    const from: After = { ...after, inclusive: WAITS.indexOf(wait) > WAITS.indexOf(after.wait) };
    const found =
      wait === 'promise'
        ? this.waiting.overdue(from, limit)
        : this.waiting.stuck(wait, this.patience[wait], from, limit);
    return (await found).map((position) => ({ ...position, wait }));
  }
}

function inOrder(one: WaitingPlace, other: WaitingPlace): number {
  return (
    one.sinceUs - other.sinceUs ||
    Buffer.compare(Buffer.from(one.orderUid), Buffer.from(other.orderUid)) ||
    WAITS.indexOf(one.wait) - WAITS.indexOf(other.wait)
  );
}

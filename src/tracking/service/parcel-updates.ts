import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Purpose } from '../../platform/event-loop-turns.js';
import type { CarrierEvent } from '../model/carrier-event.js';
import { marksOf, mergeMarks, type ParcelMarks, parcelStateOf } from '../model/parcel.js';
import type { ShipmentStatus } from '../model/shipment-status.js';
import { type ChangedParcel, FanOutRepository } from '../repository/fan-out.repository.js';
import { ParcelRepository } from '../repository/parcel.repository.js';
import { TrackedOrderRepository } from '../repository/tracked-order.repository.js';
import { ShipmentWeighing } from './shipment-weighing.js';

/** Orders that share a parcel and are weighed with its events; where there are more, all are weighed later. */
export const MOST_ORDERS_AT_ONCE = 10;
/** Parcels of all the orders that one transaction weighs. */
export const MOST_PARCELS_AT_ONCE = 5_000;

/** What a transaction has brought about, once it is committed. */
export interface ParcelUpdate {
  readonly announced: readonly ShipmentStatus[];
  /** Whether there are orders to be weighed later. */
  readonly fansOut: boolean;
}

interface EventsOfParcel {
  readonly marks: ParcelMarks;
  /** The last event that came. */
  readonly cause: string;
}

/** Brings parcels up to date with their events, and the orders that they belong to. */
@Injectable()
export class ParcelUpdates {
  constructor(
    private readonly parcels: ParcelRepository,
    private readonly orders: TrackedOrderRepository,
    private readonly fanOuts: FanOutRepository,
    private readonly weighing: ShipmentWeighing,
  ) {}

  /**
   * Locks parcels, then work that is left, then orders, each in the order of their keys, as everyone does.
   *
   * @param events that were stored in the same transaction
   */
  async apply(tx: Transaction, events: readonly CarrierEvent[], purpose: Purpose): Promise<ParcelUpdate> {
    if (events.length === 0) return { announced: [], fansOut: false };
    const changed = await this.changedBy(tx, events);
    const ordersOf = await this.orders.ordersOf(tx, [...changed.keys()], MOST_ORDERS_AT_ONCE + 1);
    const causes = new Map<string, string>();
    const later: ChangedParcel[] = [];
    let parcelsLeft = MOST_PARCELS_AT_ONCE;
    for (const [trackNumber, cause] of changed) {
      const own = ordersOf.get(trackNumber) ?? [];
      const cost = own.reduce(
        (sum, { order_uid, parcels }) => sum + (causes.has(order_uid) ? 0 : parcels),
        0,
      );
      if (own.length > MOST_ORDERS_AT_ONCE || cost > parcelsLeft) later.push({ trackNumber, cause });
      else {
        for (const { order_uid } of own) causes.set(order_uid, cause);
        parcelsLeft -= cost;
      }
    }
    await this.fanOuts.begin(tx, later);
    return { announced: await this.weighing.weigh(tx, causes, purpose), fansOut: later.length > 0 };
  }

  /** @returns the track numbers of those that people see another state of, with the events that changed them */
  private async changedBy(tx: Transaction, events: readonly CarrierEvent[]): Promise<Map<string, string>> {
    const news = new Map<string, EventsOfParcel>();
    for (const event of events) {
      const before = news.get(event.track_number);
      const marks = marksOf(event);
      news.set(event.track_number, {
        marks: before ? mergeMarks(before.marks, marks) : marks,
        cause: event.event_id,
      });
    }
    const trackNumbers = [...news.keys()];
    await this.parcels.lock(tx, trackNumbers);
    const marksBefore = await this.parcels.marksOf(tx, trackNumbers);
    const marked: [string, ParcelMarks][] = [];
    const changed = new Map<string, string>();
    for (const [trackNumber, { marks, cause }] of news) {
      const before = marksBefore.get(trackNumber);
      const after = before ? mergeMarks(before, marks) : marks;
      marked.push([trackNumber, after]);
      if (!isSame(parcelStateOf(before), parcelStateOf(after))) changed.set(trackNumber, cause);
    }
    await this.parcels.save(tx, marked);
    return changed;
  }
}

const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

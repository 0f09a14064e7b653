import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { OrderPayments } from '../model/order-payments.js';
import type { PaymentAnnouncement } from '../model/payment-announcement.js';
import { hasSameContent, type PaymentEvent } from '../model/payment-event.js';
import { weigh } from '../model/weighing.js';
import { PaymentAnnouncements } from '../producer/payment-announcements.js';
import { BalanceRepository } from '../repository/balance.repository.js';
import { LedgerRepository } from '../repository/ledger.repository.js';

/** Weighing an order costs some microseconds for each event of its ledger. */
const MOST_WEIGHED_SINGLY = 100;

/**
 * What became of a payment event: it is in the ledger now, it was there already, or its `event_id` is that of another one,
 * so that it is refused.
 */
export type RecordingOutcome = 'recorded' | 'known' | 'conflicting';

/** Adds payment events to the ledger, and announces what they come to, within a transaction. */
@Injectable()
export class PaymentRecording {
  constructor(
    private readonly balances: BalanceRepository,
    private readonly ledger: LedgerRepository,
    private readonly announcements: PaymentAnnouncements,
  ) {}

  /** @returns one outcome for each event, in their order */
  async record(tx: Transaction, events: readonly PaymentEvent[]): Promise<RecordingOutcome[]> {
    const held = new Map<string, PaymentEvent>(await this.ledger.byEventIds(tx, idsOf(events)));
    const firsts = new Map<string, PaymentEvent>();
    for (const event of events) {
      if (!held.has(event.event_id) && !firsts.has(event.event_id)) firsts.set(event.event_id, event);
    }
    // What is delivered again locks nothing.
    if (firsts.size > 0) {
      const fresh = await this.add(tx, [...firsts.values()]);
      for (const event of firsts.values()) if (!fresh.has(event)) firsts.delete(event.event_id);
      const missing = events.filter(({ event_id }) => !held.has(event_id) && !firsts.has(event_id));
      for (const [id, entry] of await this.ledger.byEventIds(tx, idsOf(missing))) held.set(id, entry);
    }
    return events.map((event) => {
      const first = firsts.get(event.event_id);
      if (first === event) return 'recorded';
      return hasSameContent(first ?? held.get(event.event_id)!, event) ? 'known' : 'conflicting';
    });
  }

  /**
   * Adds events of different ids, but for those that another process has added at this moment.
   *
   * @returns those that were added
   */
  private async add(tx: Transaction, events: readonly PaymentEvent[]): Promise<Set<PaymentEvent>> {
    const uids = [...new Set(events.map(({ order_uid }) => order_uid))];
    const kept = await this.balances.lock(tx, uids);
    const added = await this.ledger.append(tx, events);
    const fresh = events.filter(({ event_id }) => added.has(event_id));
    await this.weighAfter(tx, fresh, kept);
    if (fresh.length < events.length) await this.balances.forgetEmpty(tx, uids);
    return new Set(fresh);
  }

  /**
   * Each event is weighed by itself, so that what it changes names it as the cause. An order with very many is weighed once,
   * after the last of the batch.
   */
  private async weighAfter(
    tx: Transaction,
    fresh: readonly PaymentEvent[],
    kept: ReadonlyMap<string, OrderPayments>,
  ): Promise<void> {
    const uids = [...new Set(fresh.map(({ order_uid }) => order_uid))];
    const freshIds = new Set(idsOf(fresh));
    const ledgers = await this.ledger.ofOrders(uids, tx);
    const soFar = new Map<string, PaymentEvent[]>(
      uids.map((uid) => [uid, ledgers.get(uid)!.filter(({ event_id }) => !freshIds.has(event_id))]),
    );
    const payments = new Map(uids.map((uid) => [uid, kept.get(uid)!]));
    const announcements: PaymentAnnouncement[] = [];
    const at = new Date().toISOString();
    const lasts = new Map(fresh.map((event) => [event.order_uid, event]));
    await eachInTurns('background', fresh, (event) => {
      const before = payments.get(event.order_uid)!;
      const ledger = soFar.get(event.order_uid)!;
      ledger.push(event);
      if (ledger.length > MOST_WEIGHED_SINGLY && lasts.get(event.order_uid) !== event) return;
      const weighed = weigh(before, { order: before.order, ledger, cause: event.event_id, at });
      payments.set(event.order_uid, weighed.payments);
      if (weighed.announcement !== undefined) announcements.push(weighed.announcement);
    });
    await this.balances.save(tx, [...payments.values()]);
    await this.announcements.append(tx, announcements);
  }
}

const idsOf = (events: readonly PaymentEvent[]): string[] => events.map(({ event_id }) => event_id);

import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { type KnownOrder, orderAfter } from '../model/known-order.js';
import type { OrderPayments } from '../model/order-payments.js';
import type { PaymentAnnouncement } from '../model/payment-announcement.js';
import { weigh } from '../model/weighing.js';
import { PaymentAnnouncements } from '../producer/payment-announcements.js';
import { BalanceRepository } from '../repository/balance.repository.js';
import { LedgerRepository } from '../repository/ledger.repository.js';

/** What an order has told of itself. */
export interface IncomingNews {
  readonly orderUid: string;
  readonly order: KnownOrder;
  /** Id of the announcement. */
  readonly eventId: string;
}

/** What orders tell of themselves: each is weighed anew, and payments that waited for their order have it from then on. */
@Injectable()
export class OrderNewsIntake {
  constructor(
    private readonly database: Database,
    private readonly balances: BalanceRepository,
    private readonly ledger: LedgerRepository,
    private readonly announcements: PaymentAnnouncements,
    private readonly deadLetters: DeadLetters,
  ) {}

  /** When it throws, nothing of the batch is stored, and it comes again. */
  async receive(incoming: readonly IncomingNews[], refused: readonly RefusedEvent[]): Promise<void> {
    const newsworthy = await this.withoutOldNews(incoming);
    if (newsworthy.length === 0 && refused.length === 0) return;
    await this.database.transaction(async (tx) => {
      await nextTurn('background');
      await this.take(tx, newsworthy);
      await this.deadLetters.append(tx, refused);
    });
  }

  /** Most announcements of an order change nothing that is kept here, and lock nothing. */
  private async withoutOldNews(incoming: readonly IncomingNews[]): Promise<readonly IncomingNews[]> {
    if (incoming.length === 0) return [];
    const orders = await this.balances.knownOrders(incoming.map(({ orderUid }) => orderUid));
    return incoming.filter(({ orderUid, order }) => {
      const after = orderAfter(orders.get(orderUid), order);
      if (after !== undefined) orders.set(orderUid, after);
      return after !== undefined;
    });
  }

  private async take(tx: Transaction, incoming: readonly IncomingNews[]): Promise<void> {
    if (incoming.length === 0) return;
    const uids = [...new Set(incoming.map(({ orderUid }) => orderUid))];
    const kept: ReadonlyMap<string, OrderPayments> = await this.balances.lock(tx, uids);
    const ledgers = await this.ledger.ofOrders(uids, tx);
    const changed = new Map<string, OrderPayments>();
    const announcements: PaymentAnnouncement[] = [];
    const at = new Date().toISOString();
    for (const { orderUid, order: news, eventId } of incoming) {
      const payments = changed.get(orderUid) ?? kept.get(orderUid)!;
      const order = orderAfter(payments.order, news);
      if (order === undefined) continue;
      const weighed = weigh(payments, { order, ledger: ledgers.get(orderUid) ?? [], cause: eventId, at });
      changed.set(orderUid, weighed.payments);
      if (weighed.announcement !== undefined) announcements.push(weighed.announcement);
    }
    await this.balances.save(tx, [...changed.values()]);
    await this.announcements.append(tx, announcements);
  }
}

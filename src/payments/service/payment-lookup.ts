import { Injectable } from '@nestjs/common';
import type { BoundedCount } from '../../platform/database/bounded-count.js';
import type { ListedPayments } from '../model/order-payments.js';
import type { LedgerEntry } from '../model/payment-event.js';
import type { PaymentFilter } from '../model/payment-filter.js';
import { BalanceRepository } from '../repository/balance.repository.js';
import { LedgerRepository } from '../repository/ledger.repository.js';
import { PaymentListRepository, type PaymentPage } from '../repository/payment-list.repository.js';

/** How it stands with an order, and all that led to it, in the order of arrival. */
export interface PaymentsOfOrder {
  readonly payments: ListedPayments;
  readonly ledger: readonly LedgerEntry[];
}

/** The one read path. */
@Injectable()
export class PaymentLookup {
  constructor(
    private readonly balances: BalanceRepository,
    private readonly ledger: LedgerRepository,
    private readonly lists: PaymentListRepository,
  ) {}

  /** Undefined where nobody has heard of the order. */
  async ofOrder(orderUid: string): Promise<PaymentsOfOrder | undefined> {
    const payments = (await this.balances.read([orderUid])).get(orderUid);
    if (payments === undefined) return undefined;
    return { payments, ledger: (await this.ledger.ofOrders([orderUid])).get(orderUid) ?? [] };
  }

  /** How many orders such a list has, as far as it is cheap to count them. */
  count(filter: PaymentFilter): Promise<BoundedCount> {
    return this.lists.count(filter);
  }

  list(filter: PaymentFilter, limit: number, after?: number): Promise<PaymentPage> {
    return this.lists.page(filter, limit, after);
  }
}

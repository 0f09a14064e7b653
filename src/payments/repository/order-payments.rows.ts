import { asRfc3339 } from '../../platform/database/rfc3339-text.js';
import type { ListedPayments } from '../model/order-payments.js';
import type { PaymentState } from '../model/payment-state.js';
import type { BalanceRow } from './balance.entity.js';

/** A row of `payments.balances`, as {@link FIELDS} have it. */
export interface ReadBalanceRow extends Omit<BalanceRow, 'changed_at' | 'other_balances'> {
  changed_at: string;
  other_balances: PaymentState['other_balances'];
}

/** For SELECT, of the table `b`. */
export const FIELDS = `
  b.id, b.order_uid, b.number, b.order_version, b.content_version, b.order_status, b.amount, b.currency,
  b.payment_status, b.authorized, b.captured, b.refunded, b.charged_back, b.disputed, b.net,
  b.refund_due, b.void_due, b.other_balances, ${asRfc3339('b.changed_at')} AS changed_at`;

export function orderPaymentsOf(row: ReadBalanceRow): ListedPayments {
  const { id, order_uid, number, changed_at, currency } = row;
  const { authorized, captured, refunded, charged_back, disputed, net } = row;
  return {
    id,
    order_uid,
    number,
    changed_at,
    order:
      row.order_version === null
        ? undefined
        : {
            version: row.order_version,
            contentVersion: row.content_version,
            status: row.order_status ?? undefined,
            amount: row.amount!,
            currency,
          },
    state: {
      payment_status: row.payment_status,
      balance: { currency, authorized, captured, refunded, charged_back, disputed, net },
      refund_due: row.refund_due,
      void_due: row.void_due,
      other_balances: row.other_balances,
    },
  };
}

import { EntitySchema } from 'typeorm';
import type { PaymentType } from '../model/payment-event.js';

/** A payment event, as it came. */
export interface LedgerRow {
  id: number;
  event_id: string;
  order_uid: string;
  transaction: string;
  type: PaymentType;
  amount: number;
  currency: string;
  occurred_at: string;
  provider: string | null;
  reason: string | null;
  recorded_at: Date;
}

/** Rows are only ever added: a trigger refuses the rest. */
export const LedgerEntity = new EntitySchema<LedgerRow>({
  name: 'payment_ledger',
  schema: 'payments',
  tableName: 'ledger',
  columns: {
    id: {
      type: 'bigint',
      primary: true,
      primaryKeyConstraintName: 'pk_ledger',
      generated: 'increment',
    },
    event_id: { type: 'text' },
    order_uid: { type: 'text' },
    transaction: { type: 'text' },
    type: { type: 'text' },
    amount: { type: 'bigint', comment: 'minor units of the currency' },
    currency: { type: 'text' },
    occurred_at: { type: 'text', comment: 'RFC 3339, as it came' },
    provider: { type: 'text', nullable: true },
    reason: { type: 'text', nullable: true },
    recorded_at: { type: 'timestamptz', default: () => 'now()' },
  },
  uniques: [{ name: 'uq_ledger_event_id', columns: ['event_id'] }],
  indices: [{ name: 'ix_ledger_order_uid', columns: ['order_uid'] }],
});

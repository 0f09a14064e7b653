import { EntitySchema } from 'typeorm';
import type { PaymentStatus } from '../model/payment-state.js';

/** How it stands with an order: what is known of it, and what its ledger comes to. Whoever changes either locks it first. */
export interface BalanceRow {
  id: number;
  order_uid: string;
  number: number;
  order_version: number | null;
  content_version: number;
  order_status: string | null;
  amount: number | null;
  currency: string;
  payment_status: PaymentStatus;
  authorized: number;
  captured: number;
  refunded: number;
  charged_back: number;
  disputed: number;
  net: number;
  refund_due: number;
  void_due: number;
  other_balances: unknown[];
  is_refund_due: boolean;
  is_void_due: boolean;
  changed_at: Date;
}

const MONEY = { type: 'bigint', default: 0 } as const;

export const BalanceEntity = new EntitySchema<BalanceRow>({
  name: 'payment_balance',
  schema: 'payments',
  tableName: 'balances',
  columns: {
    order_uid: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_balances' },
    id: { type: 'bigint', generated: 'increment', comment: 'grows with each order that is heard of' },
    number: { type: 'integer', default: 0, comment: 'of the last announcement' },
    order_version: { type: 'integer', nullable: true, comment: 'null as long as the order is not known' },
    content_version: { type: 'integer', default: 0 },
    order_status: { type: 'text', nullable: true },
    amount: { type: 'bigint', nullable: true, comment: "the order's; null as long as it is not known" },
    currency: { type: 'text', default: '' },
    payment_status: { type: 'text', default: 'unpaid' },
    authorized: MONEY,
    captured: MONEY,
    refunded: MONEY,
    charged_back: MONEY,
    disputed: MONEY,
    net: MONEY,
    refund_due: MONEY,
    void_due: MONEY,
    other_balances: { type: 'jsonb', default: [], comment: "in other currencies than the order's" },
    is_refund_due: { type: 'boolean', default: false, comment: 'in any currency' },
    is_void_due: { type: 'boolean', default: false, comment: 'in any currency' },
    changed_at: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [
    { name: 'ix_balances_id', columns: ['id'], unique: true },
    { name: 'ix_balances_payment_status', columns: ['payment_status', 'id'] },
    { name: 'ix_balances_refund_due', columns: ['id'], where: 'is_refund_due' },
    { name: 'ix_balances_void_due', columns: ['id'], where: 'is_void_due' },
    { name: 'ix_balances_waiting', columns: ['id'], where: 'amount IS NULL' },
  ],
});

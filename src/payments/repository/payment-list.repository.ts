import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ListedPayments } from '../model/order-payments.js';
import type { PaymentFilter } from '../model/payment-filter.js';
import { FIELDS, orderPaymentsOf, type ReadBalanceRow } from './order-payments.rows.js';

export interface PaymentPage {
  readonly orders: readonly ListedPayments[];
  /** The id that the next page begins behind; not there when this is the last one. */
  readonly next?: number;
}

/** Lists of orders by how it stands with their money, the last that was heard of first. */
@Injectable()
export class PaymentListRepository {
  constructor(private readonly database: Database) {}

  /** One page behind an id. Costs the same wherever in the list it stands. */
  async page(filter: PaymentFilter, limit: number, after?: number): Promise<PaymentPage> {
    const parameters: unknown[] = [limit + 1];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = conditionsOf(filter, parameter);
    if (after !== undefined) conditions.push(`b.id < ${parameter(after)}::bigint`);
    const rows: ReadBalanceRow[] = await this.database.source.query(
      `SELECT ${FIELDS} FROM payments.balances AS b
       ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY b.id DESC LIMIT $1`,
      parameters,
    );
    const orders = rows.slice(0, limit).map(orderPaymentsOf);
    return rows.length <= limit ? { orders } : { orders, next: orders.at(-1)!.id };
  }
}

function conditionsOf(
  { statuses, dues, waiting }: PaymentFilter,
  parameter: (value: unknown) => string,
): string[] {
  const conditions: string[] = [];
  if (statuses !== undefined) conditions.push(`b.payment_status = ANY (${parameter(statuses)}::text[])`);
  if (dues !== undefined) conditions.push(`(${dues.map((due) => `b.is_${due}_due`).join(' OR ')})`);
  if (waiting !== undefined) conditions.push(`b.amount IS ${waiting ? '' : 'NOT '}NULL`);
  return conditions;
}

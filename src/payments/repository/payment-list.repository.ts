import { Injectable } from '@nestjs/common';
import { type BoundedCount, countWithin, MAX_COUNTED } from '../../platform/database/bounded-count.js';
import { Database } from '../../platform/database/database.js';
import type { ListedPayments } from '../model/order-payments.js';
import type { PaymentFilter } from '../model/payment-filter.js';
import { FIELDS, orderPaymentsOf, type ReadBalanceRow } from './order-payments.rows.js';

export interface PaymentPage {
  readonly orders: readonly ListedPayments[];
  /** The id that the next page begins behind; not there when this is the last one. */
  readonly next?: number;
}

/** A count of what no index finds would read the whole table. */
const COUNT_LIMIT_MS = 1_000;

/** Lists of orders by how it stands with their money, the last that was heard of first. */
@Injectable()
export class PaymentListRepository {
  constructor(private readonly database: Database) {}

  /** Counts while it is cheap; what cannot be counted within a second is 0 or more, and not exact. */
  count(filter: PaymentFilter): Promise<BoundedCount> {
    const parameters: unknown[] = [MAX_COUNTED + 1];
    const conditions = conditionsOf(filter, (value) => `$${parameters.push(value)}`);
    return countWithin(this.database, COUNT_LIMIT_MS, async (tx) => {
      const [row]: { count: number }[] = await tx.query(
        `SELECT count(*)::int AS count FROM (SELECT FROM payments.balances AS b ${whereOf(conditions)} LIMIT $1) AS found`,
        parameters,
      );
      return row!.count;
    });
  }

  /** One page behind an id. Costs the same wherever in the list it stands. */
  async page(filter: PaymentFilter, limit: number, after?: number): Promise<PaymentPage> {
    const parameters: unknown[] = [limit + 1];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = conditionsOf(filter, parameter);
    if (after !== undefined) conditions.push(`b.id < ${parameter(after)}::bigint`);
    const rows: ReadBalanceRow[] = await this.database.source.query(
      `SELECT ${FIELDS} FROM payments.balances AS b
       ${whereOf(conditions)}
       ORDER BY b.id DESC LIMIT $1`,
      parameters,
    );
    const orders = rows.slice(0, limit).map(orderPaymentsOf);
    return rows.length <= limit ? { orders } : { orders, next: orders.at(-1)!.id };
  }
}

const whereOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

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

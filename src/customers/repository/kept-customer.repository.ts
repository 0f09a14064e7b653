import { Injectable } from '@nestjs/common';
import { BatchTable, BYTEA, column, TEXT } from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { KeptCustomer } from './customer.entity.js';

const CUSTOMERS = new BatchTable<KeptCustomer>('customers.customers', [
  column('account_key', BYTEA, (customer) => customer.account_key),
  column('body', TEXT, (customer) => customer.body),
]);

const STORE = `
  INSERT INTO customers.customers (account_key, body)
  SELECT account_key, body FROM ${CUSTOMERS.unnested('e')}
  ON CONFLICT (account_key) DO UPDATE SET body = excluded.body`;
const REMOVE = 'DELETE FROM customers.customers WHERE account_key = ANY ($1::bytea[])';
const PAGE_ROWS = 5_000;
const PAGE = `
  SELECT account_key, body FROM customers.customers
  WHERE $1::bytea IS NULL OR account_key > $1 ORDER BY account_key LIMIT ${PAGE_ROWS}`;

/** Customers in PostgreSQL, where there is no topic that keeps them. */
@Injectable()
export class KeptCustomerRepository {
  constructor(private readonly database: Database) {}

  /** @param customers of different keys */
  async store(tx: Transaction, customers: readonly KeptCustomer[]): Promise<void> {
    if (customers.length > 0) await tx.query(STORE, CUSTOMERS.arraysOf(customers));
  }

  async remove(tx: Transaction, keys: readonly Buffer[]): Promise<void> {
    if (keys.length > 0) await tx.query(REMOVE, [keys]);
  }

  /** All of them, some thousand at a time. */
  async *all(): AsyncGenerator<KeptCustomer[]> {
    let last: Buffer | null = null;
    for (;;) {
      const page: KeptCustomer[] = await this.database.source.query(PAGE, [last]);
      if (page.length > 0) yield page;
      if (page.length < PAGE_ROWS) return;
      last = page.at(-1)!.account_key;
    }
  }
}

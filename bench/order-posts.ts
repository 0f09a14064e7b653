import type { Client } from 'pg';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import type { Progress } from '../src/platform/progress.js';
import { onServer } from './database.js';
import { putLoad } from './load.js';
import type { LoadRequest, LoadResult } from './load/load-options.js';
import { orderEvents } from './order-events.js';
import { expectedRows, settledRows, wrongCounts } from './row-counts.js';

const LOOK_EVERY_MS = 500;

/** Costs next to nothing, and is up to a second late: a transaction's rows are added when its connection has a rest. */
const COUNT_INSERTED = `SELECT n_tup_ins::int AS orders FROM pg_stat_user_tables WHERE relname = 'orders'`;

/** What takes orders over HTTP, and what it stores them in. */
export interface Taker {
  /** Scheme, host and port. */
  readonly url: string;
  readonly database: ConnectionSettings;
}

/** Orders that have not been sent before, from so many connections; each sends the next one after its answer. */
export interface Post {
  readonly connections: number;
  readonly orders: number;
}

/** Posts orders to one taker, each of them once only, and counts what has become of them. */
export class OrderPosts {
  private sent = 0;
  private readonly faults: string[] = [];

  constructor(
    private readonly taker: Taker,
    private readonly progress: Progress,
  ) {}

  /** Sends the next orders; resolves when all are answered. */
  async send(title: string, { connections, orders }: Post): Promise<LoadResult> {
    const requests = orderEvents(orders, this.sent).map(({ value }) => requestOf(String(value)));
    this.sent += orders;
    this.progress.start(title);
    const result = await this.showing(orders, () =>
      putLoad({ url: this.taker.url, method: 'POST', connections, requests, until: { answers: orders } }),
    );
    this.progress.finish();
    const { answers, refused, errors } = result;
    if (answers !== orders || refused > 0 || errors > 0) {
      this.faults.push(
        `${title}: ${answers} answers to ${orders} orders, ${refused} refused, ${errors} errors`,
      );
    }
    return result;
  }

  /**
   * What went wrong, one line each. An answer other than 201 shows here too: an order that is in the table is one
   * that was new, and there must be as many as were sent.
   */
  async settledFaults(title: string): Promise<string[]> {
    const rows = await onServer(this.taker.database, settledRows);
    const wrong = wrongCounts(rows, expectedRows(this.sent));
    return [...this.faults, ...wrong.map((count) => `${title}: ${count}`)];
  }

  /** The bar shows the orders in the table beside the work. */
  private showing<T>(orders: number, work: () => Promise<T>): Promise<T> {
    return onServer(this.taker.database, async (client) => {
      const before = await inserted(client);
      const look = async (): Promise<void> => this.progress.show((await inserted(client)) - before, orders);
      const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
      try {
        return await work();
      } finally {
        clearInterval(timer);
      }
    });
  }
}

async function inserted(client: Client): Promise<number> {
  const { rows } = await client.query<{ orders: number }>(COUNT_INSERTED);
  return rows[0]!.orders;
}

function requestOf(body: string): LoadRequest {
  return { path: '/api/orders', headers: { 'content-type': 'application/json' }, body };
}

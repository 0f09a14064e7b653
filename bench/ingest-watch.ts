import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { postmasterPid } from './process-figures.js';
import { clearConnectionFaults } from './postgres-tls.js';
import { type RowCounts, settledRows } from './row-counts.js';

const LOOK_EVERY_MS = 50;
/** Slow is a finding; this long without one more order is a program that has stopped working. */
const STALLED_MS = 120_000;

/** What there is when all is done, or should be. */
export interface IngestCounts extends RowCounts {
  readonly statusEvents: number;
}

/**
 * Each order that is stored takes a number from the outbox's sequence in the same transaction, before it is committed:
 * there are never more orders than numbers taken. Reading it costs the same however many there are.
 */
const READ_SEQUENCE = `
  SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::int AS taken FROM outbox_id_seq`;

/** By the index, since there may be millions that were received before. */
const COUNT_RECEIVED = `SELECT count(*)::int AS orders FROM orders WHERE received_at >= $1`;

/** Sees from outside how far an ingest is: rows through a connection of its own, events by the topic's end. */
export class IngestWatch {
  private readonly openedAt = new Date();

  private constructor(
    private readonly client: Client,
    private readonly admin: Admin,
    private readonly statusTopic: string,
  ) {}

  static async open(database: ConnectionSettings, kafka: Kafka, statusTopic: string): Promise<IngestWatch> {
    const client = new Client(database);
    // A connection that is lost fails the query that waits on it; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    const admin = kafka.admin();
    await admin.connect();
    return new IngestWatch(client, admin, statusTopic);
  }

  /**
   * Waits until there are as many orders, received since the watch was opened, and status events. Both times are
   * milliseconds since the Unix epoch, and of the end of the look that saw it: late by up to 50 ms, never early.
   *
   * @param onLook hears how many are done; what it throws ends the wait
   * @throws Error when nothing has moved for two minutes
   */
  async until(
    awaited: Pick<IngestCounts, 'orders' | 'statusEvents'>,
    onLook: (statusEvents: number) => void,
  ): Promise<{ storedAtMs: number; publishedAtMs: number }> {
    let storedAtMs: number | undefined;
    let done = -1;
    let movedAtMs = Date.now();
    // Where an order has several status events, its row has been there for long when the last is out: counting can wait.
    let isToCount = awaited.statusEvents === awaited.orders;
    for (;;) {
      const orders = isToCount && storedAtMs === undefined ? await this.countOrders(awaited) : awaited.orders;
      if (isToCount && orders >= awaited.orders) storedAtMs ??= Date.now();
      const statusEvents = await this.countStatusEvents();
      isToCount ||= statusEvents >= awaited.statusEvents;
      const nowMs = Date.now();
      if (storedAtMs !== undefined && statusEvents >= awaited.statusEvents)
        return { storedAtMs, publishedAtMs: nowMs };
      onLook(statusEvents);
      if (orders + statusEvents !== done) movedAtMs = nowMs;
      if (nowMs - movedAtMs > STALLED_MS) {
        throw new Error(
          `stalled at ${orders} orders and ${statusEvents} status events of ${awaited.orders} orders`,
        );
      }
      done = orders + statusEvents;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** What there is, once the outbox is empty or has had its time. */
  async settledCounts(): Promise<IngestCounts> {
    const rows = await settledRows(this.client);
    return { ...rows, statusEvents: await this.countStatusEvents() };
  }

  /** Of the server that the database is on; undefined when it cannot be seen from here. */
  async postmasterPid(): Promise<number | undefined> {
    const { rows } = await this.client.query<{ pid: number; port: number }>(
      'SELECT pg_backend_pid() AS pid, inet_client_port() AS port',
    );
    return postmasterPid(rows[0]!.pid, rows[0]!.port);
  }

  /** What is wrong where the program was told to take TLS to PostgreSQL. */
  clearConnectionFaults(): Promise<string[]> {
    return clearConnectionFaults(this.client);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.admin.disconnect();
  }

  /** Exact once there may be as many as are waited for; before that, fewer than those. */
  private async countOrders(awaited: Pick<IngestCounts, 'orders'>): Promise<number> {
    const sequence = await this.client.query<{ taken: number }>(READ_SEQUENCE);
    const { taken } = sequence.rows[0]!;
    if (taken < awaited.orders) return taken;
    const { rows } = await this.client.query<{ orders: number }>(COUNT_RECEIVED, [this.openedAt]);
    return rows[0]!.orders;
  }

  private async countStatusEvents(): Promise<number> {
    const partitions = await this.admin.fetchTopicOffsets(this.statusTopic);
    return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { IngestWatch } from '../../bench/ingest-watch.js';
import { orderEvents } from '../../bench/order-events.js';
import { expectedRows, wrongCounts } from '../../bench/row-counts.js';
import { createTopics, deleteTopics, fillTopic, type RoundTopics } from '../../bench/topics.js';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { startWaybill } from '../support/waybill-process.js';
import { FaultyPostgres } from './faulty-postgres.js';
import { postLargeOrders } from './large-orders.js';
import { MemoryWatch, type ResidentMemory } from './resident-memory.js';

const SLICE_ORDERS = 10_000;
const LOOK_EVERY_MS = 500;
/** Slow is for a benchmark to say; this long without one more status event is a program that has stopped working. */
const STALLED_MS = 120_000;

export interface MemoryRunOptions {
  readonly brokers: string;
  readonly kafka: Kafka;
  readonly orders: number;
  /** How long the database stays away once all orders wait. */
  readonly awayMs: number;
  /** For how long large orders are posted after that. */
  readonly largeOrdersMs: number;
  /** How long the program is watched when all is done. */
  readonly calmMs: number;
  readonly log: (line: string) => void;
}

export interface MemoryReport {
  readonly phases: readonly ResidentMemory[];
  readonly peakBytes: number;
  readonly ordersPerSecond: number;
  /** What was lost or invented, one line each. */
  readonly faults: readonly string[];
}

/**
 * Starts the built program for orders alone, with its defaults, takes PostgreSQL away, lets orders pile up in Kafka, brings it back, and
 * waits until every order is stored and every status event is out.
 */
export async function drainBacklog(options: MemoryRunOptions): Promise<MemoryReport> {
  const { kafka, brokers, orders, log } = options;
  const postgres = await FaultyPostgres.start();
  const database = await postgres.createDatabase();
  const topics = await createTopics(kafka);
  const program = await startWaybill({
    env: {
      // One status event an order tells that it is through; with the others it would have more.
      CONTEXTS: 'orders',
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: topics.orders,
      KAFKA_STATUS_TOPIC: topics.status,
      KAFKA_DEAD_LETTER_TOPIC: topics.deadLetters,
      KAFKA_GROUP_ID: topics.groupId,
      ...postgres.settings(database),
    },
  });
  const memory = new MemoryWatch(program.pid);
  const phase = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    log(name);
    return memory.during(name, work);
  };
  try {
    await postgres.goAway('fast');
    await phase('away: orders come into the topic', () => fill(kafka, topics, orders));
    await phase('away: all orders wait', () => pause(options.awayMs));
    await phase('away: large orders are posted', () => postLargeOrders(program.url, options.largeOrdersMs));
    await postgres.comeBack();
    const startedAtMs = performance.now();
    await phase('back: the orders are drained', () => untilPublished(kafka, topics, orders, log));
    const seconds = (performance.now() - startedAtMs) / 1_000;
    await phase('back: calm', () => pause(options.calmMs));
    const connection = { ...postgres.connection, database };
    const faults = await wrongIn(connection, kafka, topics, orders);
    return {
      phases: memory.phases,
      peakBytes: memory.peakBytes(),
      ordersPerSecond: orders / seconds,
      faults,
    };
  } finally {
    await program.stop();
    await deleteTopics(kafka, topics);
    await postgres.end();
  }
}

/** Slice by slice, so that this process need not hold them all. */
async function fill(kafka: Kafka, topics: RoundTopics, orders: number): Promise<void> {
  for (let first = 0; first < orders; first += SLICE_ORDERS) {
    await fillTopic(kafka, topics.orders, orderEvents(Math.min(SLICE_ORDERS, orders - first), first));
  }
}

async function untilPublished(
  kafka: Kafka,
  topics: RoundTopics,
  orders: number,
  log: (line: string) => void,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (let before = -1, movedAtMs = Date.now(); ; await pause(LOOK_EVERY_MS)) {
      const published = await countEvents(admin, topics.status);
      if (published >= orders) return;
      if (published !== before) movedAtMs = Date.now();
      if (Date.now() - movedAtMs > STALLED_MS)
        throw new Error(`stalled at ${published} of ${orders} status events`);
      if (Math.floor(published / 100_000) > Math.floor(before / 100_000)) log(`  ${published} of ${orders}`);
      before = published;
    }
  } finally {
    await admin.disconnect();
  }
}

async function countEvents(admin: Admin, topic: string): Promise<number> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
}

async function wrongIn(
  connection: ConnectionSettings,
  kafka: Kafka,
  topics: RoundTopics,
  orders: number,
): Promise<string[]> {
  const watch = await IngestWatch.open(connection, kafka, topics.status);
  try {
    const expected = { ...expectedRows(orders), statusEvents: orders };
    return wrongCounts(await watch.settledCounts(), expected);
  } finally {
    await watch.close();
  }
}

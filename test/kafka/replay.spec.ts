import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Waybill } from '../../src/waybill.js';
import { knownPieces, startContexts } from '../contexts/start-contexts.js';
import { eventually } from '../support/eventually.js';
import { ownTopics } from '../support/own-topics.js';
import { sampleOrder } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const kafka = useTier('kafka');
const WAIT = { timeoutMs: 30_000 };

const orderAt = (partition: number, uid: string): Message => ({
  partition,
  key: uid,
  value: JSON.stringify({ ...sampleOrder(), order_uid: uid }),
});

describe.skipIf(kafka.skipped)('a topic that is read from its beginning', () => {
  let database: WaybillDatabase;
  let waybill: Waybill | undefined;
  beforeEach(async () => {
    database = await openWaybillDatabase();
  });
  afterEach(async () => {
    await waybill?.stop();
    await database.drop();
  });

  it('is passed where a partition is empty, and where one ends with what was aborted', async () => {
    const { topic, settings } = ownTopics(kafka.brokers);
    const client = new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3 }] });
    await admin.disconnect();
    const producer = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      transactionalId: topic,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const committed = await producer.transaction();
    await committed.send({ topic, messages: [orderAt(0, 'replayed-0'), orderAt(2, 'replayed-2')] });
    await committed.commit();
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [orderAt(0, 'aborted-0')] });
    await aborted.abort();

    waybill = await startContexts(database, { ...settings, KAFKA_BROKERS: kafka.brokers.split(',') });
    const known = knownPieces(waybill);
    await eventually(() => expect(known.isWhole).toBe(true), WAIT);
    expect([...known.ofOrder.keys()].sort()).toEqual(['replayed-0', 'replayed-2']);

    const later = await producer.transaction();
    await later.send({ topic, messages: [orderAt(1, 'later-1')] });
    await later.commit();
    await producer.disconnect();
    await eventually(() => expect([...known.ofOrder.keys()]).toContain('later-1'), WAIT);
  });
});

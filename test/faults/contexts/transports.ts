import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Pool } from 'pg';
import { ownTopics } from '../../support/own-topics.js';

/** An event of another program's. */
export interface Sent {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** A way for events to come in, with names that no other program has. */
export interface Transport {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly scansTopic: string;
  /** Resolves when they are on their way for good. */
  send(events: readonly Sent[]): Promise<void>;
  close(): Promise<void>;
}

const PARTITIONS = 4;

/** A real broker. */
export async function overKafka(brokers: string): Promise<Transport> {
  const { topic, settings } = ownTopics(brokers, { partitions: PARTITIONS });
  const scansTopic = `parcel-scans-${randomUUID().slice(0, 8)}`;
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    name: 'Kafka',
    topic,
    scansTopic,
    settings: { ...settings, PARCELS_TOPIC: scansTopic, PARCELS_MOVED_TOPIC: `${scansTopic}.moved` },
    async send(events) {
      const topics = [...new Set(events.map((event) => event.topic))];
      await producer.sendBatch({
        topicMessages: topics.map((name) => ({
          topic: name,
          messages: events.filter((event) => event.topic === name).map(({ key, value }) => ({ key, value })),
        })),
      });
    },
    close: () => producer.disconnect(),
  };
}

const SEND = `
  WITH sent AS (
    INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
    SELECT 'test', key, 'test', topic, '{}', convert_to(value, 'UTF8')
    FROM jsonb_to_recordset($1::jsonb) AS e(topic text, key text, value text)
  )
  SELECT pg_notify('waybill_outbox', '')`;

/** The outbox of a program without Kafka, which hands it to its own consumers. */
export function overLoopback(database: Pool): Transport {
  return {
    name: 'the loopback',
    topic: 'orders',
    scansTopic: 'parcel-scans',
    settings: {},
    async send(events) {
      await database.query(SEND, [JSON.stringify(events)]);
    },
    close: () => Promise.resolve(),
  };
}

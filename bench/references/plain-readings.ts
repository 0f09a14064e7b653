/**
 * Readings from Kafka into the table by kafkajs and pg, and nothing else: what the two can do with the program's way of
 * writing. A batch is a transaction of one statement, with the origin of each reading, and nothing is validated.
 */
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import type { Reading } from '../../src/sensors/model/reading.js';
import { optionsOf, say } from '../script.js';

/** What the reference is started with. */
export interface PlainReadingsOptions {
  readonly brokers: string;
  /** With the program's schema in it. */
  readonly connection: ConnectionSettings;
  readonly topic: string;
  readonly groupId: string;
}

const PARTITIONS_AT_ONCE = 4;
const BATCH_READINGS = 1_000;

const INSERT = {
  name: 'insert',
  text: `
    INSERT INTO sensors.sensor_data (sensor_id, value, ts, topic, partition, "offset", event_time)
    SELECT sensor_id, value, ts, $4, $5, "offset", to_timestamp(ms / 1000.0)
    FROM unnest($1::text[], $2::float8[], $3::bigint[], $6::bigint[], $7::float8[]) AS e(sensor_id, value, ts, "offset", ms)
    ON CONFLICT ON CONSTRAINT uq_sensor_data_origin DO NOTHING`,
};

const { brokers, connection, topic, groupId } = optionsOf<PlainReadingsOptions>();
const pool = new pg.Pool({ ...connection, max: PARTITIONS_AT_ONCE });
const kafka = new Kafka({
  clientId: 'plain-readings',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId });
consumer.on(consumer.events.GROUP_JOIN, () => say({ joinedAtMs: Date.now() }));
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (let start = 0; start < batch.messages.length; start += BATCH_READINGS) {
      const messages = batch.messages.slice(start, start + BATCH_READINGS);
      const readings = messages.map(({ value }) => JSON.parse(value!.toString()) as Reading);
      await pool.query({
        ...INSERT,
        values: [
          readings.map(({ sensor_id }) => sensor_id),
          readings.map(({ value }) => value),
          readings.map(({ timestamp }) => timestamp),
          topic,
          batch.partition,
          messages.map(({ offset }) => offset),
          messages.map(({ timestamp }) => Number(timestamp)),
        ],
      });
      resolveOffset(messages.at(-1)!.offset);
      await heartbeat();
    }
  },
});

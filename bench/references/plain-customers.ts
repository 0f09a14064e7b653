/** Customers from Kafka by kafkajs alone, which only counts them: what it can do at most. */
import { Kafka, logLevel } from 'kafkajs';
import { optionsOf, say } from '../script.js';

/** What the reference is started with. */
export interface PlainCustomersOptions {
  readonly brokers: string;
  readonly topic: string;
  readonly groupId: string;
  readonly partitions: number;
  /** How many stand in the topic. */
  readonly records: number;
}

/** What it says once it has seen all of them. */
export interface PlainCustomersResult {
  /** From the start of the first batch until the last one was counted. */
  readonly seconds: number;
  /** How many it has counted. */
  readonly records: number;
}

const { brokers, topic, groupId, partitions, records } = optionsOf<PlainCustomersOptions>();
const kafka = new Kafka({
  clientId: 'plain-customers',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId });
let firstAtMs: number | undefined;
let counted = 0;
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: partitions,
  eachBatch: ({ batch }) => {
    firstAtMs ??= performance.now();
    counted += batch.messages.length;
    if (counted >= records) say({ seconds: (performance.now() - firstAtMs) / 1_000, records: counted });
    return Promise.resolve();
  },
});

/** Sends order events to a topic at the even pace of each task, whatever the broker takes to acknowledge them. */
import { Kafka, logLevel, Partitioners } from '../../src/platform/messaging/kafka/kafkajs.js';
import { keepTickShape } from '../../src/platform/tick-shape.js';
import { orderEvents } from '../order-events.js';
import { doTasks, optionsOf, say } from '../script.js';
import { atEvenPace, type Pace, totalOf } from './even-pace.js';

export interface EvenOrdersOptions {
  /** As KAFKA_BROKERS takes it. */
  readonly brokers: string;
  readonly topic: string;
  /** The number of the first order. */
  readonly first: number;
  /** How many all tasks together send. */
  readonly orders: number;
}

export interface EvenOrdersResult {
  readonly orders: number;
  /** From the first order until the last one is acknowledged. */
  readonly seconds: number;
  /** When the last one was acknowledged, in milliseconds since the Unix epoch. */
  readonly endedAtMs: number;
}

const STEP_MS = 20;

// A load that becomes slower halfway would take more of the cores that it shares with what is measured.
keepTickShape();
const { brokers, topic, first, orders } = optionsOf<EvenOrdersOptions>();
const events = orderEvents(orders, first).map(({ key, value }) => ({
  key,
  value: Buffer.from(String(value)),
}));
const kafka = new Kafka({
  clientId: 'waybill-bench',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
let sent = 0;
say({ ready: true });
await doTasks<Pace>(async (pace): Promise<EvenOrdersResult> => {
  const batch = events.slice(sent, (sent += totalOf(pace)));
  const acknowledged: Promise<unknown>[] = [];
  const startedAtMs = Date.now();
  await atEvenPace(pace, STEP_MS, (from, to) => {
    if (from < to) acknowledged.push(producer.send({ topic, acks: -1, messages: batch.slice(from, to) }));
  });
  await Promise.all(acknowledged);
  const endedAtMs = Date.now();
  return { orders: batch.length, seconds: (endedAtMs - startedAtMs) / 1_000, endedAtMs };
});
await producer.disconnect();

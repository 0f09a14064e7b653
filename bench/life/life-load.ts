/** Sends the events of lives, each when it is due, whatever the broker takes to acknowledge them. */
import { Kafka, logLevel, Partitioners } from '../../src/platform/messaging/kafka/kafkajs.js';
import { keepTickShape } from '../../src/platform/tick-shape.js';
import { doTasks, optionsOf, say } from '../script.js';
import { hotOrderOf, type Life, lifeOf, type LifeTopic } from './life.js';
import { type DueEvent, sendWhenDue } from './send-when-due.js';

export interface LifeLoadOptions {
  /** As KAFKA_BROKERS takes it. */
  readonly brokers: string;
  /** Deployed names of the topics that take events; those of others are not sent. */
  readonly topics: Readonly<Partial<Record<LifeTopic, string>>>;
  readonly lives: number;
  /** How many lives begin in a second; 0: all that is due at any time is sent as fast as it goes. */
  readonly livesPerSecond: number;
  /** Whether all orders want the same thing, and nothing else happens to them. */
  readonly isHot: boolean;
}

export interface LifeLoadResult {
  /** All times are milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly events: number;
  /** The most that an event was handed to the client behind its time. */
  readonly latestMs: number;
}

const MS_PER_SECOND = 1_000;

// A load that becomes slower halfway would take more of the cores that it shares with what is measured.
keepTickShape();
const options = optionsOf<LifeLoadOptions>();
const events = eventsOf(options);
const kafka = new Kafka({
  clientId: 'waybill-bench',
  brokers: options.brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
say({ ready: true, events: events.length });
await doTasks<object>(async (): Promise<LifeLoadResult> => {
  const isPaced = options.livesPerSecond > 0;
  return { ...(await sendWhenDue(producer, events, isPaced)), events: events.length };
});
await producer.disconnect();

function eventsOf({ topics, lives, livesPerSecond, isHot }: LifeLoadOptions): DueEvent[] {
  const due = Array.from({ length: lives }, (_, number) => {
    const beginsAtMs = livesPerSecond === 0 ? 0 : (number * MS_PER_SECOND) / livesPerSecond;
    return (isHot ? hotLife(number) : lifeOf(number)).events.flatMap(
      ({ afterMs, topic, key, value }): DueEvent[] => {
        const deployed = topics[topic];
        if (deployed === undefined) return [];
        const message = { key, value: Buffer.from(JSON.stringify(value)) };
        return [{ dueAtMs: beginsAtMs + afterMs, topic: deployed, message }];
      },
    );
  });
  return due.flat().sort((one, other) => one.dueAtMs - other.dueAtMs);
}

function hotLife(number: number): Pick<Life, 'events'> {
  const order = hotOrderOf(number);
  return { events: [{ afterMs: 0, topic: 'orders', key: order.order_uid, value: order }] };
}

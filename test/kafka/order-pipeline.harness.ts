import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Admin,
  type Consumer,
  Kafka,
  type KafkaMessage,
  logLevel,
  type Message,
  Partitioners,
} from 'kafkajs';
import pg from 'pg';
import { ownTopics } from '../support/own-topics.js';
import { sampleOrder, type JsonObject } from '../support/sample-order.js';
import { createTestDatabase } from '../support/test-database.js';
import { eventually } from '../support/eventually.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const run = promisify(execFile);

/** Records of a topic, in the order of each partition. */
export interface TopicTap {
  records: KafkaMessage[];
  /** Resolves once all that stands in the topic by then has been read. */
  caughtUp(): Promise<KafkaMessage[]>;
}

/** Topics, a group and a database of one test's own, and the programs that work on them. */
export interface Pipeline {
  topic: string;
  statusTopic: string;
  deadLetterTopic: string;
  paymentsTopic: string;
  deliveryTopic: string;
  group: string;
  admin: Admin;
  db: pg.Pool;
  /** What a program of it is started with. */
  settings: Record<string, string>;
  start(env?: Record<string, string>): Promise<WaybillProcess>;
  /** Returns the offset of the first, in the partition of the first. */
  send(messages: Message[], topic?: string): Promise<number>;
  tap(topic: string): Promise<TopicTap>;
  close(): Promise<void>;
}

export async function createPipeline(brokers: string, { partitions = 1 } = {}): Promise<Pipeline> {
  const { settings: topicSettings, ...names } = ownTopics(brokers, { partitions });
  const client = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = client.admin();
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await Promise.all([admin.connect(), producer.connect()]);
  const { connection, drop } = await createTestDatabase();
  const db = new pg.Pool({ ...connection, max: 2 });
  // The test database is dropped with whatever is still connected to it.
  db.on('error', () => undefined);
  const programs: WaybillProcess[] = [];
  const taps: Consumer[] = [];

  const settings = {
    ...topicSettings,
    DB_HOST: connection.host,
    DB_PORT: String(connection.port),
    DB_USER: connection.user,
    DB_PASSWORD: connection.password,
    DB_NAME: connection.database,
  };

  return {
    ...names,
    settings,
    admin,
    db,
    async start(env = {}) {
      const program = await startWaybill({
        env: { ...settings, ...env },
      });
      programs.push(program);
      return program;
    },
    async send(messages, topic = names.topic) {
      const [sent] = await producer.send({ topic, messages });
      return Number(sent!.baseOffset);
    },
    async tap(topic) {
      const consumer = client.consumer({ groupId: `tap-${randomUUID()}`, maxWaitTimeInMs: 100 });
      taps.push(consumer);
      const records: KafkaMessage[] = [];
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: ({ message }) => {
          records.push(message);
          return Promise.resolve();
        },
      });
      const caughtUp = async (): Promise<KafkaMessage[]> => {
        const ends = await admin.fetchTopicOffsets(topic);
        const count = ends.reduce((sum, { high }) => sum + Number(high), 0);
        await eventually(
          () => {
            if (records.length < count) throw new Error(`read ${records.length} of ${count} records`);
          },
          { timeoutMs: 30_000 },
        );
        return records;
      };
      return { records, caughtUp };
    },
    async close() {
      for (const program of programs) await program.kill();
      await Promise.all([...taps.map((tap) => tap.disconnect()), producer.disconnect(), admin.disconnect()]);
      await db.end();
      await drop();
    },
  };
}

export async function isKcatInstalled(): Promise<boolean> {
  return run('kcat', ['-V']).then(
    () => true,
    () => false,
  );
}

/** Sends a file's bytes as one record without a key, as an operator would. */
export async function sendWithKcat(brokers: string, topic: string, file: string): Promise<void> {
  await run('kcat', ['-P', '-b', brokers, '-t', topic, file]);
}

/** The sample under another id, with fields of its own. */
export function orderWith(order_uid: string, fields: JsonObject = {}): JsonObject {
  return { ...sampleOrder(), order_uid, ...fields };
}

export function messageOf(order: JsonObject): Message {
  return { key: order['order_uid'] as string, value: JSON.stringify(order) };
}

export async function getOrder(program: WaybillProcess, orderUid: string): Promise<JsonObject> {
  const answer = await fetch(`${program.url}/api/orders/${orderUid}`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as JsonObject;
}

export function headersOf(record: KafkaMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { CUSTOMER_SCHEMA } from '../../src/customers/model/customer.js';
import type { Progress } from '../../src/platform/progress.js';
import { createDatabase } from '../database.js';
import { migrate } from '../program.js';
import type { Services } from '../services.js';
import { createNamed, fillTopic } from '../topics.js';
import { CUSTOMERS_ALONE, customerRecords } from './bench-customers.js';
import { SchemaStandIn } from './schema-stand-in.js';

const FILLED_AT_ONCE = 50_000;

/** A topic with customers in it, which several programs may read, each with a state of its own. */
export interface CustomersStage {
  readonly kafka: Kafka;
  readonly brokers: string;
  readonly topic: string;
  /** What records begin with. */
  readonly schemaId: number;
  /** What a program has to be told, but where its state is. */
  readonly settings: Readonly<Record<string, string>>;
}

/** @param records how many there are in the topic */
export async function withCustomers<T>(
  services: Services,
  progress: Progress,
  records: number,
  work: (stage: CustomersStage) => Promise<T>,
): Promise<T> {
  const { client: kafka, brokers } = await services.kafka();
  const registry = await SchemaStandIn.start();
  const schemaId = registry.add(CUSTOMER_SCHEMA);
  const topic = `bench-${randomBytes(6).toString('hex')}.users`;
  await createNamed(kafka, [topic]);
  try {
    if (records > 0) await fill({ kafka, topic, schemaId }, records, progress);
    const settings = {
      ...CUSTOMERS_ALONE,
      KAFKA_BROKERS: brokers,
      CUSTOMERS_TOPIC: topic,
      CUSTOMERS_SCHEMA_REGISTRY_URL: registry.url,
    };
    return await work({ kafka, brokers, topic, schemaId, settings });
  } finally {
    await registry.stop();
    await deleteTopics(kafka, topic);
  }
}

/** What a program keeps between its starts: a database and a directory, in the beginning with nothing in them. */
export async function withState<T>(
  services: Services,
  { settings }: CustomersStage,
  work: (settings: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const { connection } = await services.postgres();
  const database = await createDatabase(connection);
  const directory = await mkdtemp(join(tmpdir(), 'waybill-bench-data-'));
  try {
    await migrate(database.url, CUSTOMERS_ALONE);
    return await work({ ...settings, DATABASE_URL: database.url, DATA_DIR: directory });
  } finally {
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(
  { kafka, topic, schemaId }: Pick<CustomersStage, 'kafka' | 'topic' | 'schemaId'>,
  records: number,
  progress: Progress,
): Promise<void> {
  progress.start(`filling the topic with ${records.toLocaleString('en')} customers`);
  for (let first = 0; first < records; first += FILLED_AT_ONCE) {
    const end = Math.min(first + FILLED_AT_ONCE, records);
    await fillTopic(kafka, topic, customerRecords(schemaId, first, end), (sent) =>
      progress.show(first + sent, records),
    );
  }
  progress.finish();
}

/** With those that programs have made for its dead letters. */
async function deleteTopics(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(topic));
    await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

import type { Kafka, Message } from 'kafkajs';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import type { Progress } from '../src/platform/progress.js';
import { type BenchDatabase, createDatabase } from './database.js';
import type { FilledDatabase } from './filled-database.js';
import type { Services } from './services.js';
import { createTopics, deleteTopics, fillTopic, type RoundTopics } from './topics.js';

/** What a run of the program, or of what it is compared with, has to itself. */
export interface Surroundings {
  readonly kafka: Kafka;
  /** See KafkaService.pid. */
  readonly brokerPid: number | undefined;
  readonly database: BenchDatabase;
  readonly topics: RoundTopics;
  /** What the program has to be told to work there, and nothing else. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface SurroundingsOptions {
  readonly services: Services;
  readonly progress: Progress;
  /** What waits in the topic `orders` of these; by default nothing. */
  readonly events?: readonly Message[];
  /** What the database is a copy of; by default it is new, and has no tables. */
  readonly filled?: FilledDatabase;
}

/** Makes topics and a database for the work alone, and deletes them afterwards. */
export async function withSurroundings<T>(
  { services, progress, events = [], filled }: SurroundingsOptions,
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  const { client: kafka, brokers, pid: brokerPid } = await services.kafka();
  const { connection } = await services.postgres();
  const topics = await createTopics(kafka);
  if (events.length > 0) await fillWithProgress(kafka, topics, events, progress);
  const database = filled ? await copy(filled, connection, progress) : await createDatabase(connection);
  try {
    return await work({
      kafka,
      brokerPid,
      database,
      topics,
      settings: settingsOf(brokers, database, topics),
    });
  } finally {
    await database.drop();
    await deleteTopics(kafka, topics);
  }
}

async function copy(
  filled: FilledDatabase,
  server: ConnectionSettings,
  progress: Progress,
): Promise<BenchDatabase> {
  progress.start(`copying the tables with ${filled.orders.toLocaleString('en')} orders`);
  const database = await createDatabase(server, filled);
  progress.finish();
  return database;
}

async function fillWithProgress(
  kafka: Kafka,
  topics: RoundTopics,
  events: readonly Message[],
  progress: Progress,
): Promise<void> {
  progress.start(`filling the topic with ${events.length.toLocaleString('en')} events`);
  await fillTopic(kafka, topics.orders, events, (sent) => progress.show(sent, events.length));
  progress.finish();
}

function settingsOf(brokers: string, database: BenchDatabase, topics: RoundTopics): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: topics.orders,
    KAFKA_STATUS_TOPIC: topics.status,
    KAFKA_DEAD_LETTER_TOPIC: topics.deadLetters,
    KAFKA_GROUP_ID: topics.groupId,
  };
}

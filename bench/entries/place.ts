import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { CLUSTER_USER } from '../../src/platform/embedded-postgres/cluster.js';
import { DATABASE, HOST } from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { findRunningServer } from '../../src/platform/embedded-postgres/postmaster-pid-file.js';
import { createDatabase } from '../database.js';
import { migrate } from '../program.js';
import type { Services } from '../services.js';
import { deleteTopics } from '../topics.js';
import { ENTRIES_ALONE } from './bench-entries.js';
import type { WorkerTopic } from './entries-watch.js';

/** What a program works with, and keeps its entries in between two starts. */
export interface Place {
  readonly settings: Readonly<Record<string, string>>;
  /** Undefined: without Kafka. */
  readonly topic: WorkerTopic | undefined;
  /** Of the broker; undefined of one that there is not, or that cannot be seen from here. */
  readonly kafkaPid: number | undefined;
  readonly redisPid: number | undefined;
  /** Whether PostgreSQL is a child of the program. */
  readonly isEmbedded: boolean;
  /** The database. @throws Error while no program runs that has an embedded one */
  database(): Promise<ConnectionSettings>;
}

/** Real PostgreSQL, Kafka and Redis, with a database and topics for the work alone. */
export async function withServices<T>(services: Services, work: (place: Place) => Promise<T>): Promise<T> {
  const { connection: server } = await services.postgres();
  const { client, brokers, pid: kafkaPid } = await services.kafka();
  const { url: redisUrl, pid: redisPid } = await services.redis();
  const round = `bench-${randomBytes(6).toString('hex')}`;
  const topic = { client, topic: `${round}.persist`, groupId: `${round}.entries` };
  const database = await createDatabase(server);
  const settings = {
    ...ENTRIES_ALONE,
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_GROUP_ID: round,
    KAFKA_DEAD_LETTER_TOPIC: `${round}.dead-letter`,
    ENTRIES_TOPIC: topic.topic,
    ENTRIES_REHYDRATE_TOPIC: `${round}.rehydrate`,
  };
  try {
    await migrate(database.url, ENTRIES_ALONE);
    const { connection } = database;
    return await work({
      settings,
      topic,
      kafkaPid,
      redisPid,
      isEmbedded: false,
      database: () => Promise.resolve(connection),
    });
  } finally {
    await database.drop();
    await deleteTopics(client, { groupId: round });
  }
}

/** What the program has where nothing is configured: a PostgreSQL of its own, and neither Kafka nor Redis. */
export async function withDefaults<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-data-'));
  try {
    return await work({
      settings: { ...ENTRIES_ALONE, DATA_DIR: dataDir },
      topic: undefined,
      kafkaPid: undefined,
      redisPid: undefined,
      isEmbedded: true,
      database: () => embeddedDatabase(dataDir),
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function embeddedDatabase(dataDir: string): Promise<ConnectionSettings> {
  const server = await findRunningServer(join(dataDir, 'postgres'));
  if (server?.port === undefined) throw new Error(`no PostgreSQL runs in ${dataDir}`);
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  return { host: HOST, port: server.port, user: CLUSTER_USER, password, database: DATABASE };
}

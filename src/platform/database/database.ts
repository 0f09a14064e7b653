import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DataSource, type EntityManager, type EntitySchema } from 'typeorm';
import { atMost } from '../at-most.js';
import type { CopiedRow } from './copy-out.js';
import type { ConnectionSettings } from './embedded/connection-settings.js';
import { ImpatientClient } from './impatient-client.js';

/** The database cannot be asked at present. Nothing was written. */
export class DatabaseUnavailableError extends Error {
  constructor(message = 'the database is not open', options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailableError';
  }
}

/** A transaction under way. It is handed on as an argument, so that it can be seen what belongs to it. */
export type Transaction = EntityManager;

export interface DatabaseOptions {
  readonly entities: readonly EntitySchema[];
  /** Folder of the compiled migrations. */
  readonly migrationsDirectory: string;
  /** Connections held at most. */
  readonly poolSize: number;
  /** How long a connection may take to come about, or to come free. */
  readonly connectLimitMs?: number;
  /** How long the answer to a statement may take. */
  readonly answerLimitMs?: number;
}

/** Logging in takes three answers, and TLS two more. The pool knows only one limit for a new and for a free one. */
const CONNECT_LIMIT_MS = 15_000;
/** A connection that has not answered for so long is dead. */
const ANSWER_LIMIT_MS = 30_000;
/** A statement of ours that takes longer is stuck, and PostgreSQL is to say so before its connection is given up. */
const STATEMENT_TIMEOUT_MS = 25_000;
/** Of a connection that only the server has left: until then its rows are locked, also for the next try. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** Until a connection without traffic is asked whether it is there; the system's own default is two hours. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/**
 * How statements are planned. A prepared one keeps its plan while its tables grow from a few rows to millions. For a few
 * rows PostgreSQL finds it cheapest to read the table from end to end, and a look-up of 1,000 orders then took 15 s
 * instead of 25 ms until the next ANALYZE. A random read is reckoned as on solid state and in memory, where it costs
 * hardly more than one in sequence: the items of an order come in the order of their index then, and are not sorted.
 */
const PLANNING = '-c enable_seqscan=off -c random_page_cost=1.1';
const CLOSE_TIMEOUT_MS = 2_000;
const APPLICATION_NAME = 'waybill';

/** Any number that no one else uses; all replicas must agree on it. */
const MIGRATION_LOCK = 0x5a11_0001;
const LOCK_POLL_MS = 250;

/** What a session may take its time for, 0 being for as long as it takes, and what it is set to besides. */
interface SessionSettings {
  readonly answerLimitMs: number;
  readonly statement_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
  /** As on PostgreSQL's own command line. */
  readonly options?: string;
}

/** A migration may take minutes. */
const NO_LIMITS: SessionSettings = {
  answerLimitMs: 0,
  statement_timeout: 0,
  idle_in_transaction_session_timeout: 0,
};

/** What TypeORM is told about the database, for migrations and in their checks; the program's pool has limits. */
export function dataSourceFor(
  connection: ConnectionSettings,
  options: DatabaseOptions,
  session: SessionSettings = NO_LIMITS,
): DataSource {
  return new DataSource({
    type: 'postgres',
    host: connection.host,
    port: connection.port,
    username: connection.user,
    password: connection.password,
    database: connection.database,
    ssl: connection.ssl,
    entities: [...options.entities],
    migrations: [`${options.migrationsDirectory}/*.js`],
    migrationsTableName: 'migrations',
    poolSize: options.poolSize,
    connectTimeoutMS: options.connectLimitMs ?? CONNECT_LIMIT_MS,
    applicationName: APPLICATION_NAME,
    extra: {
      Client: ImpatientClient,
      ...session,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      idleTimeoutMillis: 60_000,
    },
    logging: false,
  });
}

/**
 * PostgreSQL, through TypeORM. Opened once at the start; until then, and after `close`, every use throws
 * {@link DatabaseUnavailableError}.
 */
export class Database {
  private dataSource: DataSource | undefined;
  private connection: ConnectionSettings | undefined;

  constructor(private readonly options: DatabaseOptions) {}

  get isOpen(): boolean {
    return this.dataSource !== undefined;
  }

  get source(): DataSource {
    if (this.dataSource === undefined) throw new DatabaseUnavailableError();
    return this.dataSource;
  }

  /** Connects and brings the schema up to date. Throws what PostgreSQL or the network says. */
  async open(connection: ConnectionSettings): Promise<void> {
    await migrate(connection, this.options);
    const source = dataSourceFor(connection, this.options, {
      answerLimitMs: this.options.answerLimitMs ?? ANSWER_LIMIT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      options: PLANNING,
    });
    this.dataSource = await source.initialize();
    this.connection = connection;
  }

  /** Runs `work` in one transaction: all of it is committed, or none. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.source.transaction(work);
  }

  /** As {@link CopyOut}, on a connection of the pool. TypeORM gathers all rows before it returns. */
  async copyOut(query: string, take: (row: CopiedRow) => void): Promise<void> {
    const runner = this.source.createQueryRunner();
    try {
      const client = (await runner.connect()) as ImpatientClient;
      await client.copyOut(query, take);
    } finally {
      await runner.release();
    }
  }

  /** A connection of its own outside the pool, such as LISTEN needs. The caller ends it. */
  async connect(): Promise<pg.Client> {
    if (this.connection === undefined) throw new DatabaseUnavailableError();
    return connectClient(this.connection, this.options);
  }

  async close(): Promise<void> {
    const source = this.dataSource;
    this.dataSource = undefined;
    // A connection whose holder waits for something else would hold up the end of the process.
    await atMost(CLOSE_TIMEOUT_MS, source?.destroy());
  }
}

async function connectClient(connection: ConnectionSettings, options: DatabaseOptions): Promise<pg.Client> {
  const client = new ImpatientClient({
    ...connection,
    answerLimitMs: options.answerLimitMs ?? ANSWER_LIMIT_MS,
    connectionTimeoutMillis: options.connectLimitMs ?? CONNECT_LIMIT_MS,
    application_name: APPLICATION_NAME,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  });
  await client.connect();
  return client;
}

/** Replicas that start together take turns, so that each migration runs once. */
async function migrate(connection: ConnectionSettings, options: DatabaseOptions): Promise<void> {
  const client = await connectClient(connection, options);
  try {
    await takeMigrationLock(client);
    const source = await dataSourceFor(connection, options).initialize();
    try {
      await source.runMigrations({ transaction: 'each' });
    } finally {
      await source.destroy();
    }
  } finally {
    await client.end();
  }
}

/** Asked for again and again: a wait within PostgreSQL could not be told from a connection that is dead. */
async function takeMigrationLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]!.held) return;
    await sleep(LOCK_POLL_MS);
  }
}

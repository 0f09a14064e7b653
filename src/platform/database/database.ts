import pg from 'pg';
import { DataSource, type EntityManager, type EntitySchema } from 'typeorm';
import { atMost } from '../at-most.js';
import type { ConnectionSettings } from './embedded/connection-settings.js';

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
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A statement of ours that takes longer is stuck; its transaction fails as transient and is tried again. */
const STATEMENT_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 2_000;
const APPLICATION_NAME = 'waybill';

/** Any number that no one else uses; all replicas must agree on it. */
const MIGRATION_LOCK = 0x5a11_0001;

/** What TypeORM is told about the database, in the program and in its checks alike. */
export function dataSourceFor(connection: ConnectionSettings, options: DatabaseOptions): DataSource {
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
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: APPLICATION_NAME,
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS, keepAlive: true, idleTimeoutMillis: 60_000 },
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

  get source(): DataSource {
    if (this.dataSource === undefined) throw new DatabaseUnavailableError();
    return this.dataSource;
  }

  /** Connects and brings the schema up to date. Throws what PostgreSQL or the network says. */
  async open(connection: ConnectionSettings): Promise<void> {
    const source = dataSourceFor(connection, this.options);
    await source.initialize();
    try {
      await migrate(source, connection);
    } catch (error) {
      await source.destroy();
      throw error;
    }
    this.connection = connection;
    this.dataSource = source;
  }

  /** Runs `work` in one transaction: all of it is committed, or none. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.source.transaction(work);
  }

  /** A connection of its own outside the pool, such as LISTEN needs. The caller ends it. */
  async connect(): Promise<pg.Client> {
    if (this.connection === undefined) throw new DatabaseUnavailableError();
    return connectClient(this.connection);
  }

  async close(): Promise<void> {
    const source = this.dataSource;
    this.dataSource = undefined;
    // A connection whose holder waits for something else would hold up the end of the process.
    await atMost(CLOSE_TIMEOUT_MS, source?.destroy());
  }
}

async function connectClient(connection: ConnectionSettings): Promise<pg.Client> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: APPLICATION_NAME,
    keepAlive: true,
  });
  await client.connect();
  return client;
}

/** Replicas that start together take turns, so that each migration runs once. */
async function migrate(source: DataSource, connection: ConnectionSettings): Promise<void> {
  const client = await connectClient(connection);
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await client.end();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DataSource, type EntityManager, type EntitySchema, type MigrationInterface } from 'typeorm';
import { atMost } from '../at-most.js';
import { ConnectionAttempts, OtherWayError } from './connection-attempts.js';
import type { DatabaseConnection } from './connection-settings.js';
import { DatabaseUnavailableError } from './database.errors.js';
import { Session } from './session.js';
import { type PoolReport, SessionPool } from './session-pool.js';
import { LOOK_AT_SESSION, type SessionLimits, type SessionState } from './session-settings.js';

/** A transaction under way. It is handed on as an argument, so that it can be seen what belongs to it. */
export type Transaction = EntityManager;

export interface DatabaseOptions {
  readonly entities: readonly EntitySchema[];
  /** Folder of the compiled migrations. */
  readonly migrationsDirectory: string;
  /** Besides `public`. */
  readonly schemas?: readonly OwnSchema[];
  /** Connections held at most. */
  readonly poolSize: number;
  /** How long a connection may take to come about, or to come free. */
  readonly connectLimitMs?: number;
  /** How long the answer to a statement may take. */
  readonly answerLimitMs?: number;
  /** How long PostgreSQL works on a statement before it gives it up. */
  readonly statementLimitMs?: number;
  /** Hears of what an operator should know. */
  readonly report?: PoolReport;
}

export type MigrationClass = new () => MigrationInterface;

/** A schema besides `public`, which is made before what makes its tables runs. */
export interface OwnSchema {
  readonly name: string;
  readonly migrations: readonly MigrationClass[];
}

export interface TransactionOptions {
  /** How long a statement of it may wait for a lock that somebody else holds; by default as long as any of ours. */
  readonly lockMs?: number | undefined;
  /** How long PostgreSQL works on a statement of it before it gives it up; by default as long as on any of ours. */
  readonly statementMs?: number | undefined;
}

/** Logging in takes three answers, and TLS two more. The pool knows only one limit for a new and for a free one. */
const CONNECT_LIMIT_MS = 15_000;
/** A connection that has not answered for so long is dead. */
const ANSWER_LIMIT_MS = 30_000;
/** A statement of ours that takes longer is stuck, and PostgreSQL is to say so before its connection is given up. */
const STATEMENT_TIMEOUT_MS = 25_000;
/** For a row or a table that somebody else has locked, and may not let go of for hours. */
const LOCK_TIMEOUT_MS = 3_000;
const MIGRATION_LOCK_TIMEOUT_MS = 10_000;
/** Of a connection that only the server has left: until then its rows are locked, also for the next try. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** Until a connection without traffic is asked whether it is there; the system's own default is two hours. */
const KEEP_ALIVE_DELAY_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** Of a connection that could not be made: it may be mended by now, and nobody knows until the next one is tried. */
const FAULT_TOLD_FOR_MS = 60_000;
const silent: PoolReport = () => undefined;
const APPLICATION_NAME = 'waybill';
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** Any number that no one else uses; all replicas must agree on it. */
const MIGRATION_LOCK = 0x5a11_0001;
const LOCK_POLL_MS = 250;
/** SQLSTATE. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Time limits of a session and of its answers. */
interface TimeLimits {
  readonly answerLimitMs: number;
  readonly limits: SessionLimits;
}

/** A migration may take minutes once it has its locks, but must not wait long for them: later queries queue behind it. */
const MIGRATION_LIMITS: TimeLimits = {
  answerLimitMs: 0,
  limits: { statementMs: 0, lockMs: MIGRATION_LOCK_TIMEOUT_MS, idleInTransactionMs: 0 },
};

const programLimits = (options: DatabaseOptions): TimeLimits => ({
  answerLimitMs: options.answerLimitMs ?? ANSWER_LIMIT_MS,
  limits: {
    statementMs: options.statementLimitMs ?? STATEMENT_TIMEOUT_MS,
    lockMs: LOCK_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  },
});

/** What TypeORM is told about the database, for migrations and in their checks; the program's pool has limits. */
export function dataSourceFor(
  attempts: ConnectionAttempts,
  options: DatabaseOptions,
  timeLimits = MIGRATION_LIMITS,
): DataSource {
  return new DataSource({
    type: 'postgres',
    entities: [...options.entities],
    migrations: [
      `${options.migrationsDirectory}/*.js`,
      ...(options.schemas ?? []).flatMap(({ migrations }) => migrations),
    ],
    migrationsTableName: 'migrations',
    poolSize: options.poolSize,
    connectTimeoutMS: options.connectLimitMs ?? CONNECT_LIMIT_MS,
    applicationName: APPLICATION_NAME,
    driver: { Pool: SessionPool },
    extra: {
      Client: Session,
      attempts,
      ...timeLimits,
      report: options.report ?? silent,
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
  private connection: DatabaseConnection | undefined;
  private attempts: ConnectionAttempts | undefined;
  private missing: ReadonlyMap<string, string> = new Map();

  constructor(private readonly options: DatabaseOptions) {}

  get isOpen(): boolean {
    return this.dataSource !== undefined;
  }

  get source(): DataSource {
    if (this.dataSource === undefined) throw new DatabaseUnavailableError();
    return this.dataSource;
  }

  /** Whether nothing of ours is in it yet, so that `open` would make all tables. Throws as `open` does. */
  isNew(connection: DatabaseConnection): Promise<boolean> {
    return this.withClient(connection, async (client) => {
      const { rows } = await client.query<{ isNew: boolean }>(
        `SELECT to_regclass('migrations') IS NULL AS "isNew"`,
      );
      return rows[0]!.isNew;
    });
  }

  /** Does some work on a connection of its own, before any table is made. Throws as `open` does, and as `work` does. */
  async withClient<T>(connection: DatabaseConnection, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await connectClient(this.attemptsAt(connection), this.options);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Schemas besides `public` that PostgreSQL does not let us make, with what it says; what uses them fails. */
  get missingSchemas(): ReadonlyMap<string, string> {
    return this.missing;
  }

  /** Why no more connections could be made a moment ago. Those that there are may do their work all the same. */
  get connectionFault(): Error | undefined {
    return this.attempts?.faultWithin(FAULT_TOLD_FOR_MS);
  }

  /**
   * Connects and brings the tables up to date, but for those in {@link missingSchemas}. Throws what PostgreSQL or the network
   * says.
   */
  async open(connection: DatabaseConnection): Promise<void> {
    const attempts = this.attemptsAt(connection);
    this.missing = await migrate(attempts, this.options);
    const source = dataSourceFor(attempts, this.options, programLimits(this.options));
    this.dataSource = await source.initialize();
  }

  /** Makes the schemas that are missing, as far as PostgreSQL lets us by now. Throws as `open` does. */
  async makeMissingSchemas(): Promise<void> {
    if (this.dataSource === undefined) throw new DatabaseUnavailableError();
    this.missing = await migrate(this.attempts!, this.options);
  }

  /**
   * Runs `work` in one transaction: all of it is committed, or none. Each statement sees what is committed when it begins,
   * whatever the database's default is.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      const session = (await runner.connect()) as Session;
      await session.query([BEGIN, ...ownLimits(options)].join('; '));
      const result = await work(runner.manager);
      // PostgreSQL does not call it an error when it is asked to commit what it has given up already.
      const { command } = await session.query('COMMIT');
      if (command === 'ROLLBACK')
        throw new Error('a statement of the transaction failed and was passed over');
      return result;
    } catch (error) {
      // Where this fails too, the connection is lost, and PostgreSQL undoes the transaction by itself.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** Whether nothing can be written, as on a standby. @throws what PostgreSQL or the network says */
  async isReadOnly(): Promise<boolean> {
    const [state]: SessionState[] = await this.source.query(LOOK_AT_SESSION);
    return state!.isReadOnly;
  }

  /** Deletes every table, and makes them anew by the migrations. */
  async reset(): Promise<void> {
    const { schemas = [] } = this.options;
    // Names of schemas are letters, digits and underscores: nobody has to escape them.
    for (const { name } of schemas) await this.source.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
    await this.source.dropDatabase();
    for (const { name } of schemas) await this.source.query(`CREATE SCHEMA "${name}"`);
    await this.source.runMigrations({ transaction: 'each' });
  }

  /** A connection of its own outside the pool, such as LISTEN needs. The caller ends it. */
  async connect(): Promise<pg.Client> {
    if (this.dataSource === undefined) throw new DatabaseUnavailableError();
    return connectClient(this.attempts!, this.options);
  }

  async close(): Promise<void> {
    const source = this.dataSource;
    this.dataSource = undefined;
    // A connection whose holder waits for something else would hold up the end of the process.
    await atMost(CLOSE_TIMEOUT_MS, source?.destroy());
  }

  /** What is known of one place is kept for as long as it is tried. */
  private attemptsAt(connection: DatabaseConnection): ConnectionAttempts {
    if (this.attempts === undefined || this.connection !== connection) {
      this.connection = connection;
      this.attempts = new ConnectionAttempts(connection);
    }
    return this.attempts;
  }
}

function ownLimits({ lockMs, statementMs }: TransactionOptions): string[] {
  return [
    ...(lockMs === undefined ? [] : [`SET LOCAL lock_timeout = ${lockMs}`]),
    ...(statementMs === undefined ? [] : [`SET LOCAL statement_timeout = ${statementMs}`]),
  ];
}

async function connectClient(attempts: ConnectionAttempts, options: DatabaseOptions): Promise<pg.Client> {
  const connectOnce = (): Promise<pg.Client> =>
    new Session({
      attempts,
      ...programLimits(options),
      connectionTimeoutMillis: options.connectLimitMs ?? CONNECT_LIMIT_MS,
      application_name: APPLICATION_NAME,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    }).connect();
  try {
    return await connectOnce().catch((error: unknown) => {
      if (error instanceof OtherWayError) return connectOnce();
      throw error;
    });
  } catch (error) {
    throw error instanceof OtherWayError ? error.cause : error;
  }
}

/**
 * Replicas that start together take turns, so that each migration runs once.
 *
 * @returns the schemas that PostgreSQL does not let us make, with what it says
 */
async function migrate(
  attempts: ConnectionAttempts,
  options: DatabaseOptions,
): Promise<ReadonlyMap<string, string>> {
  const client = await connectClient(attempts, options);
  try {
    await takeMigrationLock(client);
    const missing = await makeSchemas(client, options.schemas ?? []);
    const schemas = options.schemas?.filter(({ name }) => !missing.has(name)) ?? [];
    const source = await dataSourceFor(attempts, { ...options, schemas }).initialize();
    try {
      await source.runMigrations({ transaction: 'each' });
    } finally {
      await source.destroy();
    }
    return missing;
  } catch (error) {
    throw lacksRight(error) ? attempts.explain(error as Error) : error;
  } finally {
    await client.end();
  }
}

function lacksRight(error: unknown): boolean {
  return (error as { code?: unknown }).code === INSUFFICIENT_PRIVILEGE;
}

/** @returns those that we may not make, with what PostgreSQL says */
async function makeSchemas(client: pg.Client, schemas: readonly OwnSchema[]): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  for (const { name } of schemas) {
    try {
      await makeSchema(client, name);
    } catch (error) {
      if (!lacksRight(error)) throw error;
      refused.set(name, `${(error as Error).message}: grant CREATE on the database to its user`);
    }
  }
  return refused;
}

/** `CREATE SCHEMA IF NOT EXISTS` asks for the right to make one even where there is one. */
async function makeSchema(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS exists',
    [schema],
  );
  if (!rows[0]!.exists) await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`);
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

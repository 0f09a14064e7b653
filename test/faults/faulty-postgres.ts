import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { findRunningServer } from '../../src/platform/embedded-postgres/postmaster-pid-file.js';
import { removeDataDir, tellSweeper } from '../support/left-behind.js';
import { TcpProxy, type Trap } from '../support/tcp-proxy.js';
import { temporaryDataDir } from '../support/waybill-process.js';

/** For the programs of several stages at once. */
const SETTINGS = { max_connections: '200' };
/** A statement that carries a batch, rather than a `BEGIN` or a poll. */
const BATCH_BYTES = 2_000;
const COMMIT = Buffer.from('COMMIT\0');

const inMidStatement: Trap = (sent) => (sent.length >= BATCH_BYTES ? 'cut after' : undefined);
const inTheCommit: Trap = (sent) => (sent.includes(COMMIT) ? 'cut after the answer' : undefined);

/**
 * A real PostgreSQL that writes to the disk as in production, with a wire between it and the programs. The suite
 * itself connects without that wire.
 */
export class FaultyPostgres {
  private constructor(
    private readonly dataDir: string,
    readonly wire: TcpProxy,
    private server: EmbeddedPostgres | undefined,
  ) {}

  static async start(): Promise<FaultyPostgres> {
    const dataDir = await temporaryDataDir();
    tellSweeper('server', dataDir);
    const postgres = new FaultyPostgres(dataDir, await TcpProxy.open(), undefined);
    await postgres.comeBack();
    return postgres;
  }

  /** The server itself, past the wire. @throws while it is away */
  get connection(): ConnectionSettings {
    if (this.server === undefined) throw new Error('PostgreSQL is away');
    return this.server.connection;
  }

  /** An empty database. @returns its name */
  async createDatabase(): Promise<string> {
    const name = `faults_${randomUUID().replaceAll('-', '')}`;
    await this.query('waybill', `CREATE DATABASE ${name}`);
    return name;
  }

  /** The settings of a program that reaches the database over the wire. */
  settings(database: string): Record<string, string> {
    const { user, password } = this.connection;
    return {
      DB_HOST: '127.0.0.1',
      DB_PORT: String(this.wire.port),
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: database,
    };
  }

  /** Past the wire. @throws when the server is away */
  async query<Row extends object>(database: string, sql: string, parameters?: unknown[]): Promise<Row[]> {
    const client = new Client({ ...this.connection, database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Ends sessions and writes everything out (`fast`), or drops all and recovers at the next start (`immediate`). */
  async goAway(mode: 'fast' | 'immediate'): Promise<void> {
    await this.wire.refuse();
    const running = mode === 'immediate' && (await findRunningServer(join(this.dataDir, 'postgres')));
    if (running) process.kill(running.pid, 'SIGQUIT');
    const server = this.server;
    this.server = undefined;
    await server?.stop();
  }

  async comeBack(): Promise<void> {
    this.server ??= await startEmbeddedPostgres({
      dataDir: this.dataDir,
      log: () => undefined,
      settings: SETTINGS,
    });
    this.wire.target = this.server.connection.port;
    await this.wire.accept();
  }

  async terminateBackends(database: string): Promise<void> {
    await this.query('waybill', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      database,
    ]);
  }

  /** Breaks each connection when the next statement with a batch has been sent over it. */
  cutInMidStatement(): void {
    this.wire.arm(inMidStatement);
  }

  /** Has transactions committed, and breaks the connection in place of the answer. */
  loseCommitAnswers(): void {
    this.wire.arm(inTheCommit);
  }

  async end(): Promise<void> {
    await this.goAway('fast');
    await removeDataDir(this.dataDir);
  }
}

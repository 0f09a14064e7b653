import { chown, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/embedded-postgres.js';
import type { KeyPair } from './certificates.js';
import { eventually } from './eventually.js';

/** Durability costs a test run time and gives it nothing: the data goes with the run. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** For the specs themselves, and for whoever holds the lock on the cluster. */
const ADMIN_LINE = 'host all waybill 127.0.0.1/32 scram-sha-256';

/** A PostgreSQL of a spec's own, of which it is said who may connect and how. Its role `shop` owns the database `shop`. */
export class SecuredPostgres {
  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly dataDir: string,
  ) {}

  static async start(password: string): Promise<SecuredPostgres> {
    const dataDir = await mkdtemp(join(tmpdir(), 'waybill-secured-'));
    const server = await startEmbeddedPostgres({ dataDir, log: () => undefined, settings: SETTINGS });
    const postgres = new SecuredPostgres(server, dataDir);
    await postgres.run(`CREATE ROLE shop LOGIN PASSWORD '${password}'`, 'CREATE DATABASE shop OWNER shop');
    return postgres;
  }

  get port(): number {
    return this.server.connection.port;
  }

  /** Runs statements as the superuser, in no database of the spec. */
  async run(...statements: string[]): Promise<void> {
    for (const statement of statements) await this.rows(statement, 'postgres');
  }

  async rows<Row extends object>(statement: string, database = 'shop'): Promise<Row[]> {
    const client = new Client({ ...this.server.connection, database });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Has all that connect from now on treated so; connections that there are go on.
   *
   * @param tls what the server shows; without it there is no TLS
   * @param lines of pg_hba.conf, for the role `shop`
   * @param clientCa path of the certificate of the authority that certificates of clients are of
   */
  async secure(tls: KeyPair | undefined, lines: readonly string[], clientCa?: string): Promise<void> {
    const { dataDirectory } = this.server;
    await writeFile(join(dataDirectory, 'pg_hba.conf'), [ADMIN_LINE, ...lines, ''].join('\n'));
    if (tls !== undefined) {
      await this.install(tls.cert, 'server.crt');
      await this.install(tls.key, 'server.key');
    }
    if (clientCa !== undefined) await this.install(clientCa, 'clients.crt');
    await this.reload([
      `ALTER SYSTEM SET ssl = ${tls === undefined ? 'off' : 'on'}`,
      `ALTER SYSTEM SET ssl_ca_file = '${clientCa === undefined ? '' : 'clients.crt'}'`,
    ]);
  }

  /** As after the server was restarted, or has lost them. */
  async endConnections(): Promise<void> {
    await this.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop'`);
  }

  /** How many times its log says something. */
  async logged(words: string): Promise<number> {
    const log = await readFile(join(this.dataDir, 'postgres.log'), 'utf8');
    return log.split(words).length - 1;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Readable to the server's user alone, or the server would not take it. */
  private async install(path: string, name: string): Promise<void> {
    const installed = join(this.server.dataDirectory, name);
    await rm(installed, { force: true });
    await copyFile(path, installed);
    const { uid, gid } = await stat(this.server.dataDirectory);
    if (process.getuid?.() === 0) await chown(installed, uid, gid);
  }

  /** Waits until the server has read its files anew: connections of before tell when it did so last. */
  private async reload(statements: readonly string[]): Promise<void> {
    const loadedAt = async (): Promise<Date> => {
      const [row] = await this.rows<{ at: Date }>('SELECT pg_conf_load_time() AS at', 'postgres');
      return row!.at;
    };
    const before = await loadedAt();
    await this.run(...statements, 'SELECT pg_reload_conf()');
    await eventually(async () => {
      if (!((await loadedAt()) > before)) throw new Error('the configuration was not read anew');
    });
  }
}

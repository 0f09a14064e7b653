import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type pg from 'pg';
import type { Check, Findings } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { writtenName } from '../platform/config/setting-sources.js';
import { Database, type DatabaseOptions } from '../platform/database/database.js';
import { configuredSource } from '../platform/database/database-connection.js';
import { databasePlace } from '../platform/postgres.js';
import { encryptionOf, lookAtPeer } from './certificate-life.js';
import {
  SCHEMA_FACTS,
  type SchemaFacts,
  SERVER_FACTS,
  type ServerFacts,
  TABLE_FACTS,
  type TableFacts,
} from './database-rights.js';
import { knownMigrations } from './known-migrations.js';
import { listed } from './listed.js';

const LIMIT_MS = 5_000;

export function databaseCheck(environment: Environment, options: DatabaseOptions): Check {
  return {
    subject: 'postgresql',
    run: (findings) =>
      configuredSource(environment) === undefined
        ? lookAtEmbedded(environment, findings)
        : new DatabaseCheck(environment, options, findings).run(),
  };
}

/** It is not started: that would make it where there is none. */
async function lookAtEmbedded(environment: Environment, findings: Findings): Promise<void> {
  const place = databasePlace(environment);
  const data = join(resolve(environment.DATA_DIR), 'postgres', 'PG_VERSION');
  if (await isThere(data)) return findings.ok(`${place}: its data is there; it is started with the program`);
  const existing = await firstThatExists(resolve(environment.DATA_DIR));
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return findings.fail(
      `${place}: it has no data yet, and nothing can be written to ${existing} (${code}): set ${writtenName(environment, 'DATA_DIR')} to a directory of this user`,
    );
  }
  findings.ok(`${place}: it has no data yet; the first start makes it`);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function firstThatExists(path: string): Promise<string> {
  return (await isThere(path)) || path === dirname(path) ? path : firstThatExists(dirname(path));
}

class DatabaseCheck {
  private readonly database: Database;
  private readonly name: string;

  constructor(
    private readonly environment: Environment,
    private readonly options: DatabaseOptions,
    private readonly findings: Findings,
  ) {
    this.database = new Database({ ...options, connectLimitMs: LIMIT_MS, answerLimitMs: LIMIT_MS });
    this.name = `PostgreSQL at ${databasePlace(environment).replace(/^.* on (.*), as .*$/, '$1')}`;
  }

  async run(): Promise<void> {
    await this.database.withClient(configuredSource(this.environment)!, (client) => this.look(client));
  }

  private async look(client: pg.Client): Promise<void> {
    const { findings, environment, name } = this;
    const server = (await client.query<ServerFacts>(SERVER_FACTS)).rows[0]!;
    const { stream } = (client as unknown as { connection: { stream: unknown } }).connection;
    findings.ok(
      `${databasePlace(environment)}: PostgreSQL ${server.version}, ${encryptionOf(stream)}, logged in as ${server.user}`,
    );
    lookAtPeer(stream, name, findings);
    if (server.isStandby || server.isReadOnly) {
      const what = server.isStandby ? 'is a standby' : 'is read-only';
      findings.fail(`${name} ${what}, where nothing can be stored: name the primary in ${this.address}`);
    }
    this.lookAtConnections(server);
    await this.lookAtSchemas(client, server);
  }

  private get address(): string {
    const isUrl = this.environment.DATABASE_URL !== undefined;
    return writtenName(this.environment, isUrl ? 'DATABASE_URL' : 'DB_HOST');
  }

  /** Our own connection is counted as one that is taken. */
  private lookAtConnections({ connectionsLeft }: ServerFacts): void {
    const { DB_POOL_SIZE } = this.environment;
    if (connectionsLeft + 1 >= DB_POOL_SIZE) return;
    this.findings.warn(
      `${this.name} has ${connectionsLeft} connections left, and ${writtenName(this.environment, 'DB_POOL_SIZE')} is ${DB_POOL_SIZE}: raise max_connections there, or lower the setting (a program that runs has its own already)`,
    );
  }

  private async lookAtSchemas(client: pg.Client, server: ServerFacts): Promise<void> {
    const { findings, name } = this;
    const { user, database, schema } = server;
    if (schema === null) {
      return findings.fail(
        `${name} has no schema for the tables of user "${user}", as its search_path has none that it may use: grant it USAGE on schema public, or set its search_path`,
      );
    }
    const own = (this.options.schemas ?? []).map((one) => one.name);
    const { rows: schemas } = await client.query<SchemaFacts>(SCHEMA_FACTS, [[schema, ...own]]);
    const pending = await this.pendingMigrations(client);
    for (const one of schemas) {
      if (!one.isThere && !server.mayMakeSchemas) {
        findings.fail(
          `${name} does not let user "${user}" make the schema ${one.name}: GRANT CREATE ON DATABASE "${database}" TO "${user}", or make the schema, owned by it`,
        );
      } else if (one.isThere && (!one.mayUse || (pending !== 0 && !one.mayCreate))) {
        const right = one.mayUse ? 'CREATE' : 'USAGE, CREATE';
        findings.fail(
          `${name} does not let user "${user}" ${one.mayUse ? 'make tables in' : 'use'} the schema ${one.name}: GRANT ${right} ON SCHEMA "${one.name}" TO "${user}"`,
        );
      }
    }
    await this.lookAtTables(client, server, own, pending !== 0);
  }

  /** @returns how many there are; undefined where nothing of ours is there yet, which is all of them */
  private async pendingMigrations(client: pg.Client): Promise<number | undefined> {
    const { findings, options } = this;
    const known = await knownMigrations(options);
    const { rows } = await client.query<{ isNew: boolean; mayRead: boolean }>(
      `SELECT to_regclass('migrations') IS NULL AS "isNew",
              coalesce(has_table_privilege(to_regclass('migrations')::oid, 'SELECT'), false) AS "mayRead"`,
    );
    if (rows[0]!.isNew) {
      findings.ok(`nothing of Waybill is there yet: the first start applies ${known.length} migrations`);
      return undefined;
    }
    // The right is missing on a table that is ours, which the tables tell.
    if (!rows[0]!.mayRead) return 0;
    const applied = await client.query<{ name: string }>('SELECT name FROM migrations');
    const names = new Set(applied.rows.map((one) => one.name));
    const pending = known.filter((one) => !names.has(one)).length;
    findings.ok(
      pending === 0
        ? `the schema is up to date: ${names.size} migrations are applied`
        : `${pending} of ${known.length} migrations are to be applied, which the next start does`,
    );
    return pending;
  }

  private async lookAtTables(
    client: pg.Client,
    { user, schema }: ServerFacts,
    own: readonly string[],
    isToChange: boolean,
  ): Promise<void> {
    const { findings, name, options } = this;
    const ofMain = options.entities
      .filter((entity) => entity.options.schema === undefined)
      .map((entity) => entity.options.tableName ?? entity.options.name);
    const { rows } = await client.query<TableFacts>(TABLE_FACTS, [own, schema, [...ofMain, 'migrations']]);
    const lacking = rows.filter(({ missing }) => missing.length > 0);
    if (lacking.length > 0) {
      const rights = [...new Set(lacking.flatMap(({ missing }) => missing))].join(', ');
      findings.fail(
        `${name} does not give user "${user}" ${rights} on ${listed(lacking.map((one) => one.name))}: GRANT SELECT, INSERT, UPDATE, DELETE on them, or have them owned by it`,
      );
    }
    const foreign = rows.filter(({ isOwn }) => !isOwn).map((one) => one.name);
    if (isToChange && foreign.length > 0) {
      findings.fail(
        `${name}: user "${user}" does not own ${listed(foreign)}, which migrations may have to change: ALTER TABLE … OWNER TO "${user}", or run waybill migrate as their owner`,
      );
    }
  }
}

/**
 * Opens psql on the database that the program uses: the one that the settings name, that of `docker compose up`, or the embedded
 * one of a program that runs. What stands behind it goes to psql.
 */
import { databaseTls } from '../src/platform/config/database-tls.js';
import { readDatabaseUrl } from '../src/platform/config/database-url.js';
import type { Environment } from '../src/platform/config/environment.js';
import { MEANT_FOR_LIBPQ } from '../src/platform/config/libpq-variables.js';
import { currentValue } from '../src/platform/config/setting-sources.js';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { configuredConnection } from '../src/platform/database/database-connection.js';
import { findRunningEmbeddedPostgres } from '../src/platform/embedded-postgres/running-server.js';
import { databasePlace } from '../src/platform/postgres.js';
import { inComposeService, isComposeServiceUp } from './shell/compose.js';
import { giveUp, runShell, type ShellVariables } from './shell/run-shell.js';
import { settingsOfProgram } from './shell/settings.js';

const HINT = 'apt-get install postgresql-client, or brew install libpq';
const SERVICE = 'postgres';
/** As docker-compose.yml has them. */
const OF_COMPOSE = ['psql', '--username', 'waybill', '--dbname', 'waybill'];

const parameters = process.argv.slice(2);
const settings = await settingsOfProgram();
const configured = connectionOf(settings);
if (configured !== undefined) {
  open(configured, tlsOf(settings));
} else if (await isComposeServiceUp(SERVICE)) {
  say('that of docker-compose.yml');
  runShell(inComposeService(SERVICE, [...OF_COMPOSE, ...parameters]), {}, HINT);
} else {
  const embedded = await findRunningEmbeddedPostgres(settings.DATA_DIR);
  if (embedded !== undefined) open(embedded, { PGSSLMODE: 'disable' });
  else {
    giveUp(
      `no database is there: neither DATABASE_URL nor DB_HOST is set, docker compose runs no ${SERVICE}, and no program runs ` +
        `with DATA_DIR=${settings.DATA_DIR}. Start the program (make run), or set one of them.`,
    );
  }
}

function open({ host, port, user, password, database }: ConnectionSettings, tls: ShellVariables): void {
  say(databasePlace(settings));
  const connection = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
  // The program does what its settings say, whatever libpq is told by others.
  const others = Object.fromEntries(MEANT_FOR_LIBPQ.map((name) => [name, undefined]));
  runShell(['psql', ...parameters], { ...others, ...connection, ...tls }, HINT);
}

/** What the settings say of TLS, in libpq's own words. They were read, so that they say nothing else. */
function tlsOf(environment: Environment): ShellVariables {
  const text = currentValue(environment, 'DATABASE_URL');
  const url = text === undefined ? undefined : readDatabaseUrl(text);
  const tls = url !== undefined && 'faults' in url ? url : databaseTls(environment, url);
  if ('faults' in tls) return giveUp(tls.faults.join('; '));
  const { mode, files } = tls;
  // Where nobody names a CA the program takes those that the system trusts; libpq would look for a file in the home directory.
  const root = files.ca?.path ?? (mode === 'verify-full' ? 'system' : undefined);
  return {
    PGSSLMODE: mode === 'no-verify' ? 'require' : mode,
    ...(root !== undefined && { PGSSLROOTCERT: root }),
    ...(files.cert && { PGSSLCERT: files.cert.path }),
    ...(files.key && { PGSSLKEY: files.key.path }),
  };
}

/** The connection as it is now. */
function connectionOf(environment: Environment): ConnectionSettings | undefined {
  try {
    return configuredConnection(environment);
  } catch (error) {
    // A file of a secret or a certificate has changed since the settings were read.
    return giveUp((error as Error).message);
  }
}

function say(place: string): void {
  process.stderr.write(`database: ${place}\n`);
}

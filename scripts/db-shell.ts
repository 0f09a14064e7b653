/**
 * Opens psql on the database that the program uses: the one that the settings name, that of `docker compose up`, or the embedded
 * one of a program that runs. What stands behind it goes to psql.
 */
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { configuredConnection } from '../src/platform/database/database-connection.js';
import { findRunningEmbeddedPostgres } from '../src/platform/embedded-postgres/running-server.js';
import { databasePlace } from '../src/platform/postgres.js';
import { inComposeService, isComposeServiceUp } from './shell/compose.js';
import { giveUp, runShell } from './shell/run-shell.js';
import { settingsOfProgram } from './shell/settings.js';

const HINT = 'apt-get install postgresql-client, or brew install libpq';
const SERVICE = 'postgres';
/** As docker-compose.yml has them. */
const OF_COMPOSE = ['psql', '--username', 'waybill', '--dbname', 'waybill'];

const parameters = process.argv.slice(2);
const settings = await settingsOfProgram();
const configured = configuredConnection(settings);
if (configured !== undefined) {
  open(configured, tlsOf(settings.DATABASE_URL), databasePlace(settings));
} else if (await isComposeServiceUp(SERVICE)) {
  say('that of docker-compose.yml');
  runShell(inComposeService(SERVICE, [...OF_COMPOSE, ...parameters]), {}, HINT);
} else {
  const embedded = await findRunningEmbeddedPostgres(settings.DATA_DIR);
  if (embedded !== undefined) open(embedded, {}, databasePlace(settings));
  else {
    giveUp(
      `no database is there: neither DATABASE_URL nor DB_HOST is set, docker compose runs no ${SERVICE}, and no program runs ` +
        `with DATA_DIR=${settings.DATA_DIR}. Start the program (make run), or set one of them.`,
    );
  }
}

function open(
  { host, port, user, password, database }: ConnectionSettings,
  tls: Readonly<Record<string, string>>,
  place: string,
): void {
  say(place);
  const connection = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
  runShell(['psql', ...parameters], { PGSSLMODE: 'disable', ...connection, ...tls }, HINT);
}

/** What DATABASE_URL says of TLS, in libpq's own words. The settings were read, so that it says nothing else. */
function tlsOf(url: string | undefined): Record<string, string> {
  if (url === undefined) return {};
  const given = new URL(url).searchParams;
  const mode = given.get('sslmode') ?? (/^(true|1)$/.test(given.get('ssl') ?? '') ? 'require' : 'disable');
  const files = { PGSSLROOTCERT: 'sslrootcert', PGSSLCERT: 'sslcert', PGSSLKEY: 'sslkey' };
  return {
    PGSSLMODE: mode === 'no-verify' ? 'require' : mode,
    ...Object.fromEntries(
      Object.entries(files).flatMap(([variable, name]) => {
        const file = given.get(name);
        return file === null ? [] : [[variable, file]];
      }),
    ),
  };
}

function say(place: string): void {
  process.stderr.write(`database: ${place}\n`);
}

/** Variables of libpq, such as `PGHOST` and `PGOPTIONS`, and NODE_PG_FORCE_NATIVE, which has pg load the driver pg-native. */
const OF_LIBPQ = /^(PG[A-Z_]+|NODE_PG_FORCE_NATIVE)$/;

/**
 * libpq's variables, as they were when the program started; `settings-without-effect.ts` warns of them, and
 * `environment-faults.ts` refuses to start by PGSSLMODE. pg reads them, from its first line on, for whatever it is not told, so a
 * shell that is set up for psql would change how the program reaches PostgreSQL, also the embedded one. They are taken out of the
 * environment when this file is loaded, which has to be before pg is. Only DATABASE_URL and the DB_ settings say which PostgreSQL
 * is used.
 */
export const LIBPQ_VARIABLES: Readonly<Record<string, string>> = takeOut(process.env);

function takeOut(environment: NodeJS.ProcessEnv): Record<string, string> {
  const taken: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!OF_LIBPQ.test(name) || value === undefined) continue;
    taken[name] = value;
    delete environment[name];
  }
  return taken;
}

/**
 * What would change how psql reaches PostgreSQL, or what its session is set to. Source: PostgreSQL 18 documentation, 32.15,
 * "Environment Variables"; the last one is node-postgres's own.
 */
export const MEANT_FOR_LIBPQ: readonly string[] = [
  ...['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD', 'PGPASSFILE'],
  ...['PGREQUIREAUTH', 'PGCHANNELBINDING', 'PGSERVICE', 'PGSERVICEFILE', 'PGOPTIONS', 'PGAPPNAME'],
  ...['PGSSLMODE', 'PGREQUIRESSL', 'PGSSLNEGOTIATION', 'PGSSLCOMPRESSION', 'PGSSLCERT', 'PGSSLKEY'],
  ...['PGSSLCERTMODE', 'PGSSLROOTCERT', 'PGSSLCRL', 'PGSSLCRLDIR', 'PGSSLSNI', 'PGREQUIREPEER'],
  ...['PGSSLMINPROTOCOLVERSION', 'PGSSLMAXPROTOCOLVERSION', 'PGGSSENCMODE', 'PGKRBSRVNAME', 'PGGSSLIB'],
  ...['PGGSSDELEGATION', 'PGCONNECT_TIMEOUT', 'PGCLIENTENCODING', 'PGTARGETSESSIONATTRS'],
  ...['PGLOADBALANCEHOSTS', 'PGMINPROTOCOLVERSION', 'PGMAXPROTOCOLVERSION', 'PGDATESTYLE', 'PGTZ', 'PGGEQO'],
  'NODE_PG_FORCE_NATIVE',
];

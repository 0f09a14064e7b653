/** `PGHOST`, `PGSSLMODE`, `PGOPTIONS`, and one of pg's own that has it load another driver. */
const OF_LIBPQ = /^(PG[A-Z_]+|NODE_PG_FORCE_NATIVE)$/;

/**
 * libpq's variables, as they were when the program started. pg reads them for whatever it is not told, so a shell that
 * is set up for psql would change how we reach PostgreSQL, also the embedded one. They are taken out of the environment
 * as soon as this file is loaded, which has to be before pg is: what names a PostgreSQL are DATABASE_URL and DB_HOST.
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

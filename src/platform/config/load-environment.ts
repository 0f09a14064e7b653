import { validateSync } from 'class-validator';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readDatabaseUrl } from './database-url.js';
import { requireDistinctSettings } from './distinct-settings.js';
import { Environment, PROGRAM_SETTINGS, type SettingName } from './environment.js';
import { LIBPQ_VARIABLES } from './libpq-variables.js';
import { misspeltSettings } from './misspelt-settings.js';
import { redisUrlFaults } from './redis-url.js';
import { listedSettings, type SettingGroup, Settings, variablesOf } from './setting-group.js';
import {
  aliasesWithoutEffect,
  heldBy,
  type SettingSource,
  sourceOf,
  type Variables,
} from './setting-texts.js';

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
export const EX_CONFIG = 78;

/** Thrown by {@link loadEnvironment}; `faults` has one line a fault, fit for the operator's eyes. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
    this.name = 'ConfigurationError';
  }
}

function readVariables(directory: string, name: string): Variables {
  try {
    return parseEnv(readFileSync(join(directory, name), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigurationError([`${name} cannot be read: ${(error as Error).message}`]);
  }
}

function faultLine(
  { secrets = [] }: SettingGroup,
  name: string,
  { variable, text, form }: SettingSource,
  expected: string,
): string {
  // A form is without the secret. What has an @ may be the whole URL, with its password, under the wrong name.
  const isHidden = secrets.includes(name) && (form === undefined || text.includes('@'));
  const held = isHidden ? 'holds a value (hidden)' : `is ${JSON.stringify(text)}`;
  return `${variable} ${held}: expected ${form?.expected ?? expected}`;
}

/** PGSSLMODEs that promise an encrypted connection. */
const MODES_WITH_TLS = ['require', 'no-verify', 'verify-ca', 'verify-full'];

/** What URLs say and would not be honoured. */
function urlFaults({ DATABASE_URL, DB_HOST, REDIS_URL }: Environment, { PGSSLMODE }: Variables): string[] {
  const faults: string[] = [];
  const database = DATABASE_URL === undefined ? undefined : readDatabaseUrl(DATABASE_URL);
  if (database !== undefined && 'faults' in database) {
    faults.push(...database.faults.map((fault) => `DATABASE_URL ${fault}`));
  } else if (
    (DB_HOST !== undefined || (database !== undefined && !database.saysTls)) &&
    MODES_WITH_TLS.includes(PGSSLMODE ?? '')
  ) {
    faults.push(
      `PGSSLMODE is "${PGSSLMODE}", which is not read: expected sslmode in DATABASE_URL, or PGSSLMODE not set`,
    );
  }
  if (REDIS_URL !== undefined) {
    faults.push(...redisUrlFaults(REDIS_URL).map((fault) => `REDIS_URL ${fault}`));
  }
  return faults;
}

/** Faults that no single setting has. */
function faultsBetween(environment: Environment): string[] {
  const faults: string[] = [];
  if (environment.DATABASE_URL !== undefined && environment.DB_HOST !== undefined) {
    faults.push('DATABASE_URL and DB_HOST are both set: expected one of them');
  }
  const roles = new Set(environment.ROLES);
  if (environment.KAFKA_BROKERS === undefined && roles.has('relay') !== roles.has('consumer')) {
    faults.push(
      `ROLES is "${environment.ROLES.join(',')}": expected relay and consumer together, since without KAFKA_BROKERS the relay hands events to the consumers of its own process`,
    );
  }
  return faults;
}

/** What the program was started with. */
const ofProcess = (): Variables => ({ ...process.env, ...LIBPQ_VARIABLES });

/** All that is set, whether it is a setting of ours or not; an empty variable counts as one that is not set. */
function gather(variables: Variables, directory: string): Variables {
  const texts: Variables = {
    ...readVariables(directory, '.env'),
    ...readVariables(directory, '.env.local'),
  };
  for (const [name, text] of Object.entries(variables)) {
    if (text !== undefined) texts[name] = text;
  }
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

/** Of no use without the host. */
const PARTS_OF_DATABASE: readonly SettingName[] = ['DB_PORT', 'DB_USER', 'DB_PASSWORD', 'DB_NAME'];

/** A group as it is read where the deployment is for some contexts. */
function meantFor(group: SettingGroup, contexts: readonly string[]): SettingGroup {
  const isChosen = group.context === undefined || contexts.includes(group.context);
  return isChosen ? group : { ...group, aliases: {} };
}

/**
 * What is set and has no effect, one line each. Nothing that an ordinary environment has gives one.
 *
 * @throws ConfigurationError when `.env` or `.env.local` cannot be read
 */
export function settingsWithoutEffect(
  variables: Variables = ofProcess(),
  directory = process.cwd(),
  groups: readonly SettingGroup[] = [],
): string[] {
  const texts = gather(variables, directory);
  const all = [PROGRAM_SETTINGS, ...groups];
  const chosen = texts['CONTEXTS']?.split(',').map((name) => name.trim()) ?? new Environment().CONTEXTS;
  const meant = variablesOf(all.map((group) => meantFor(group, chosen)));
  const lines = misspeltSettings(Object.keys(texts), variablesOf(all))
    .filter(({ setting }) => meant.includes(setting))
    .map(
      ({ variable, setting }) =>
        `${variable} is set, and is no setting of Waybill's: did you mean ${setting}? It has no effect`,
    );
  lines.push(...aliasesWithoutEffect(all, texts));
  const parts = PARTS_OF_DATABASE.filter((name) => texts[name] !== undefined);
  const isExternal = texts['DATABASE_URL'] !== undefined || texts['DB_HOST'] !== undefined;
  for (const name of ['PGOPTIONS', 'PGPASSWORD']) {
    if (isExternal && texts[name] !== undefined) {
      lines.push(`${name} is set, and is not read: DATABASE_URL and DB_… say how PostgreSQL is reached`);
    }
  }
  if (!isExternal && parts.length > 0) {
    const names = parts.length === 1 ? `${parts[0]} is` : `${parts.join(' and ')} are`;
    lines.push(`${names} set without DB_HOST or DATABASE_URL: the embedded PostgreSQL is used`);
  }
  return lines;
}

/** What a group holds, and what is wrong with single settings of it, a line for the name of each. */
function readGroup(group: SettingGroup, texts: Variables): { settings: object; faults: Map<string, string> } {
  const settings = new group.type() as Record<string, unknown>;
  const sources = new Map<string, SettingSource>();
  const faults = new Map<string, string>();
  for (const name of Object.keys(settings)) {
    const source = sourceOf(group, name, texts);
    if (source === undefined) continue;
    sources.set(name, source);
    const held = heldBy(group, name, source);
    if (held === undefined) faults.set(name, faultLine(group, name, source, ''));
    else settings[name] = held;
  }
  for (const { property, constraints } of validateSync(settings)) {
    const source = sources.get(property) ?? { variable: property, text: String(settings[property]) };
    const expected = Object.values(constraints ?? {}).join(' and ');
    faults.set(property, faultLine(group, property, source, expected));
  }
  return { settings, faults };
}

/**
 * Reads the settings from `.env`, `.env.local` and `variables`, the later winning over the earlier.
 *
 * @param groups what contexts have besides the program's own
 * @throws ConfigurationError naming every fault at once
 * @throws Error when two groups have a setting or an alias of one name
 */
export function loadSettings(
  groups: readonly SettingGroup[],
  variables: Variables = ofProcess(),
  directory = process.cwd(),
): Settings {
  const all = [PROGRAM_SETTINGS, ...groups];
  requireDistinctSettings(all);
  const texts = gather(variables, directory);
  const program = readGroup(PROGRAM_SETTINGS, texts);
  const { CONTEXTS } = program.settings as Environment;
  const read = new Map(
    all.map((group) => [
      group,
      group === PROGRAM_SETTINGS ? program : readGroup(meantFor(group, CONTEXTS), texts),
    ]),
  );
  const settings = new Settings(new Map([...read].map(([{ type }, one]) => [type, one.settings])));
  const lines = listedSettings(all).flatMap(({ group, name }) => read.get(group)!.faults.get(name) ?? []);
  // A variable may be a setting and the alias of another, and so be at fault twice.
  const faults = [...new Set(lines)];
  const environment = settings.of(Environment);
  if (faults.length === 0) {
    faults.push(...urlFaults(environment, texts), ...faultsBetween(environment));
    for (const [group, one] of read) faults.push(...(group.faultsBetween?.(one.settings) ?? []));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

/** The program's own settings alone. @throws ConfigurationError naming every fault at once */
export function loadEnvironment(variables?: Variables, directory?: string): Environment {
  return loadSettings([], variables, directory).of(Environment);
}

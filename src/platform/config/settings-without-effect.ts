import { contextsOf, meantFor, namesFor } from './all-contexts.js';
import { Environment, PROGRAM_SETTINGS, type SettingName } from './environment.js';
import { promisesTls } from './environment-faults.js';
import { givenSettings, ofProcess } from './given-settings.js';
import { KAFKA_SECURITY_SETTINGS } from './kafka-setting-faults.js';
import { MEANT_FOR_LIBPQ } from './libpq-variables.js';
import { misspeltSettings } from './misspelt-settings.js';
import { type SettingGroup, variablesOf } from './setting-group.js';
import {
  aliasesWithoutEffect,
  heldBy,
  type SettingSource,
  sourceOf,
  type Variables,
} from './setting-texts.js';

/** Of no use without the host. */
const PARTS_OF_DATABASE: readonly SettingName[] = [
  ...(['DB_PORT', 'DB_USER', 'DB_PASSWORD', 'DB_NAME'] as const),
  ...(['DB_SSL_MODE', 'DB_SSL_ROOTCERT', 'DB_SSL_CERT', 'DB_SSL_KEY'] as const),
];

/** Of no use without the URL. */
const PARTS_OF_REDIS: readonly SettingName[] = [
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_SSL_CA',
  'REDIS_SSL_CERT',
  'REDIS_SSL_KEY',
];

/** What other programs call a setting, too far from our name for it to be taken for a slip, and how it is said here. */
const OF_OTHER_PROGRAMS = {
  KAFKA_SECURITY_PROTOCOL: 'KAFKA_SSL and KAFKA_SASL_MECHANISM say how connections to Kafka are secured',
  REDIS_TLS: 'a REDIS_URL that begins with rediss:// has connections to Redis encrypted',
};

/** Where a setting of the program itself is taken from; undefined for one that is not set. */
type SourceOf = (name: SettingName) => SettingSource | undefined;

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
  const all = [PROGRAM_SETTINGS, ...groups];
  const { texts, file } = givenSettings(variables, directory, all);
  const sourceOfProgram: SourceOf = (name) => sourceOf(PROGRAM_SETTINGS, name, texts, file.sources);
  return [
    ...misspelt(groups, texts, sourceOfProgram),
    ...ofOtherPrograms(texts),
    ...aliasesWithoutEffect(all, texts),
    ...withoutDatabase(texts, sourceOfProgram),
    ...withoutRedis(sourceOfProgram),
    ...withoutKafka(sourceOfProgram),
  ];
}

/** Slips in names of settings that the chosen contexts have. */
function misspelt(groups: readonly SettingGroup[], texts: Variables, sourceOfProgram: SourceOf): string[] {
  const all = [PROGRAM_SETTINGS, ...groups];
  const contexts = sourceOfProgram('CONTEXTS')
    ?.text.split(',')
    .map((name) => name.trim());
  const chosen = namesFor(contexts ?? new Environment().CONTEXTS, contextsOf(groups));
  const meant = variablesOf(all.map((group) => meantFor(group, chosen)));
  return misspeltSettings(Object.keys(texts), variablesOf(all))
    .filter(({ setting }) => meant.includes(setting))
    .map(
      ({ variable, setting }) =>
        `${variable} is set, and is no setting of Waybill's: did you mean ${setting}? It has no effect`,
    );
}

function ofOtherPrograms(texts: Variables): string[] {
  return Object.entries(OF_OTHER_PROGRAMS)
    .filter(([name]) => texts[name] !== undefined)
    .map(([name, instead]) => `${name} is set, and is no setting of Waybill's: ${instead}. It has no effect`);
}

/** What libpq would read, and parts of an address that has no host. */
function withoutDatabase(texts: Variables, sourceOfProgram: SourceOf): string[] {
  const isExternal =
    sourceOfProgram('DATABASE_URL') !== undefined || sourceOfProgram('DB_HOST') !== undefined;
  if (isExternal) {
    const isRefused = isModeUnsaid(sourceOfProgram) && promisesTls(texts.PGSSLMODE);
    return MEANT_FOR_LIBPQ.filter(
      (name) => texts[name] !== undefined && !(name === 'PGSSLMODE' && isRefused),
    ).map((name) => `${name} is set, and is not read: DATABASE_URL and DB_… say how PostgreSQL is reached`);
  }
  const parts = PARTS_OF_DATABASE.flatMap((name) => sourceOfProgram(name)?.variable ?? []);
  if (parts.length === 0) return [];
  const names = parts.length === 1 ? `${parts[0]} is` : `${parts.join(' and ')} are`;
  return [`${names} set without DB_HOST or DATABASE_URL: the embedded PostgreSQL is used`];
}

function withoutRedis(sourceOfProgram: SourceOf): string[] {
  if (sourceOfProgram('REDIS_URL') !== undefined) return [];
  return PARTS_OF_REDIS.flatMap((name) => sourceOfProgram(name)?.variable ?? []).map(
    (name) => `${name} is set without REDIS_URL: it has no effect`,
  );
}

function withoutKafka(sourceOfProgram: SourceOf): string[] {
  if (sourceOfProgram('KAFKA_BROKERS') !== undefined) return [];
  const parts = KAFKA_SECURITY_SETTINGS.flatMap((name) => sourceOfProgram(name)?.variable ?? []);
  return parts.length === 0 ? [] : [`${parts.join(' and ')} set without KAFKA_BROKERS: no Kafka is used`];
}

/** Whether nothing of ours says how connections to PostgreSQL are encrypted. */
function isModeUnsaid(sourceOfProgram: SourceOf): boolean {
  const url = sourceOfProgram('DATABASE_URL');
  const text = url && heldBy(PROGRAM_SETTINGS, 'DATABASE_URL', url);
  const isInUrl = typeof text === 'string' && /[?&]ssl(mode)?=/.test(text);
  return !isInUrl && sourceOfProgram('DB_SSL_MODE') === undefined;
}

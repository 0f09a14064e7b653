import { validateSync } from 'class-validator';
import { namesFor } from './all-contexts.js';
import { ConfigurationError } from './configuration.error.js';
import { requireDistinctSettings } from './distinct-settings.js';
import { Environment, PROGRAM_SETTINGS, type SettingName } from './environment.js';
import { faultsBetween, promisesTls, urlFaults } from './environment-faults.js';
import { type GivenSettings, givenSettings, ofProcess } from './given-settings.js';
import { KAFKA_SECURITY_SETTINGS } from './kafka-setting-faults.js';
import { misspeltSettings } from './misspelt-settings.js';
import { MEANT_FOR_LIBPQ } from './libpq-variables.js';
import { aliasesOf, listedSettings, type SettingGroup, Settings, variablesOf } from './setting-group.js';
import { CONTENT_OF_FILE } from './secret-files.js';
import { rememberSources, rememberTogether } from './setting-sources.js';
import {
  aliasesWithoutEffect,
  faultLine,
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

/** The contexts that groups are of. */
const contextsOf = (groups: readonly SettingGroup[]): string[] => [
  ...new Set(groups.flatMap(({ context }) => context ?? [])),
];

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
  const all = [PROGRAM_SETTINGS, ...groups];
  const { texts, file } = givenSettings(variables, directory, all);
  const sourceOfProgram = (name: SettingName): SettingSource | undefined =>
    sourceOf(PROGRAM_SETTINGS, name, texts, file.sources);
  const contexts = sourceOfProgram('CONTEXTS')
    ?.text.split(',')
    .map((name) => name.trim());
  const chosen = namesFor(contexts ?? new Environment().CONTEXTS, contextsOf(groups));
  const meant = variablesOf(all.map((group) => meantFor(group, chosen)));
  const lines = misspeltSettings(Object.keys(texts), variablesOf(all))
    .filter(({ setting }) => meant.includes(setting))
    .map(
      ({ variable, setting }) =>
        `${variable} is set, and is no setting of Waybill's: did you mean ${setting}? It has no effect`,
    );
  lines.push(...aliasesWithoutEffect(all, texts));
  const parts = PARTS_OF_DATABASE.flatMap((name) => sourceOfProgram(name)?.variable ?? []);
  const isExternal =
    sourceOfProgram('DATABASE_URL') !== undefined || sourceOfProgram('DB_HOST') !== undefined;
  const isRefused = isModeUnsaid(sourceOfProgram) && promisesTls(texts.PGSSLMODE);
  for (const name of MEANT_FOR_LIBPQ) {
    if (name === 'PGSSLMODE' && isRefused) continue;
    if (isExternal && texts[name] !== undefined) {
      lines.push(`${name} is set, and is not read: DATABASE_URL and DB_… say how PostgreSQL is reached`);
    }
  }
  if (!isExternal && parts.length > 0) {
    const names = parts.length === 1 ? `${parts[0]} is` : `${parts.join(' and ')} are`;
    lines.push(`${names} set without DB_HOST or DATABASE_URL: the embedded PostgreSQL is used`);
  }
  if (sourceOfProgram('REDIS_URL') === undefined) {
    const ofRedis = PARTS_OF_REDIS.flatMap((name) => sourceOfProgram(name)?.variable ?? []);
    lines.push(...ofRedis.map((name) => `${name} is set without REDIS_URL: it has no effect`));
  }
  const ofKafka = KAFKA_SECURITY_SETTINGS.flatMap((name) => sourceOfProgram(name)?.variable ?? []);
  if (ofKafka.length > 0 && sourceOfProgram('KAFKA_BROKERS') === undefined) {
    lines.push(`${ofKafka.join(' and ')} set without KAFKA_BROKERS: no Kafka is used`);
  }
  return lines;
}

/** Whether nothing of ours says how connections to PostgreSQL are encrypted. */
function isModeUnsaid(sourceOfProgram: (name: SettingName) => SettingSource | undefined): boolean {
  const url = sourceOfProgram('DATABASE_URL');
  const text = url && heldBy(PROGRAM_SETTINGS, 'DATABASE_URL', url);
  const isInUrl = typeof text === 'string' && /[?&]ssl(mode)?=/.test(text);
  return !isInUrl && sourceOfProgram('DB_SSL_MODE') === undefined;
}

interface ReadGroup {
  readonly settings: object;
  readonly sources: ReadonlyMap<string, SettingSource>;
  /** What is wrong with single settings, a line for the name of each. */
  readonly faults: ReadonlyMap<string, string>;
}

function readGroup(group: SettingGroup, { texts, file }: GivenSettings): ReadGroup {
  const settings = new group.type() as Record<string, unknown>;
  const sources = new Map<string, SettingSource>();
  const faults = new Map<string, string>();
  for (const name of Object.keys(settings)) {
    const source = sourceOf(group, name, texts, file.sources);
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
  rememberSources(settings, group, sources);
  return { settings, sources, faults };
}

/** Secrets that are given, and a file for them too: nobody could tell which of them counts. */
function saidTwice(group: SettingGroup, { texts, file }: GivenSettings): string[] {
  return aliasesOf(group).flatMap(({ variable, of, form }) => {
    if (form !== CONTENT_OF_FILE) return [];
    const inFile = file.sources.get(of) ?? [];
    const others = [of, ...aliasesOf(group).flatMap((one) => (one.of === of ? one.variable : []))];
    const said = [
      ...others.filter((name) => texts[name] !== undefined),
      ...inFile.map((source) => source.variable),
    ];
    const isOfFile = texts[variable] !== undefined || inFile.some((source) => source.form === form);
    return isOfFile && said.length > 1 ? [`${said.join(' and ')} are both set: expected one of them`] : [];
  });
}

/** A setting's name in a line stands as whoever has to change it has written it. */
const inOwnWords = (line: string, sources: ReadonlyMap<string, SettingSource>): string =>
  line.replace(/\b[A-Z][A-Z_]+\b/g, (name) => sources.get(name)?.variable ?? name);

/**
 * Reads the settings from the file that CONFIG_FILE names, `.env`, `.env.local` and `variables`, the later winning over the
 * earlier.
 *
 * @param groups what contexts have besides the program's own
 * @param contexts the names of all contexts that there are, which `CONTEXTS=all` stands for
 * @throws ConfigurationError naming every fault at once
 * @throws Error when two groups have a setting or an alias of one name
 */
export function loadSettings(
  groups: readonly SettingGroup[],
  variables: Variables = ofProcess(),
  directory = process.cwd(),
  contexts: readonly string[] = contextsOf(groups),
): Settings {
  const all = [PROGRAM_SETTINGS, ...groups];
  requireDistinctSettings(all);
  const given = givenSettings(variables, directory, all);
  const program = readGroup(PROGRAM_SETTINGS, given);
  const environment = program.settings as Environment;
  environment.CONTEXTS = namesFor(environment.CONTEXTS, contexts);
  const read = new Map(
    all.map((group) => [
      group,
      group === PROGRAM_SETTINGS ? program : readGroup(meantFor(group, environment.CONTEXTS), given),
    ]),
  );
  const settings = new Settings(new Map([...read].map(([{ type }, one]) => [type, one.settings])));
  rememberTogether(
    environment,
    [...read.values()].map((one) => one.settings),
  );
  const twice = all.flatMap((group) => saidTwice(group, given));
  const lines = listedSettings(all).flatMap(({ group, name }) => read.get(group)!.faults.get(name) ?? []);
  // A variable may be a setting and the alias of another, and so be at fault twice.
  const faults = [...new Set([...given.file.faults, ...lines, ...twice])];
  if (faults.length === 0) {
    const between = [...urlFaults(environment, given.texts), ...faultsBetween(environment)];
    for (const [group, one] of read)
      between.push(...(group.faultsBetween?.(one.settings, environment) ?? []));
    const sources = new Map([...read.values()].flatMap((one) => [...one.sources]));
    faults.push(...between.map((line) => inOwnWords(line, sources)));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

/** The program's own settings alone. @throws ConfigurationError naming every fault at once */
export function loadEnvironment(variables?: Variables, directory?: string): Environment {
  return loadSettings([], variables, directory).of(Environment);
}

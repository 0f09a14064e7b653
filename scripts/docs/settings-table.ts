import { getMetadataStorage } from 'class-validator';
import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { CONTEXTS } from '../../src/app.module.js';
import { PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import {
  aliasesOf,
  type ListedSetting,
  listedSettings,
  type SettingGroup,
} from '../../src/platform/config/setting-group.js';

const BEGIN = '<!-- settings:begin -->';
const END = '<!-- settings:end -->';

/** What `docker-compose.yml` alone reads, and what each is for. Their defaults are taken from that file. */
const COMPOSE_DESCRIPTIONS: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: 'Password that the PostgreSQL of docker-compose.yml is first started with',
  SENSORS_PORT: 'Port that docker-compose.yml publishes readings of sensors on',
  PROMOS_PORT: 'Port that docker-compose.yml publishes look-ups of users on',
  CUSTOMERS_PORT: 'Port that docker-compose.yml publishes customers on',
  ENTRIES_PORT: 'Port that docker-compose.yml publishes cache entries on',
  REGISTRY_PORT:
    'Port that docker-compose.yml publishes the schema registry on, and `make registry` listens on',
  KAFKA_PORT: 'Port that docker-compose.yml publishes Kafka on, and `make kafka` listens on',
  PROMETHEUS_PORT: 'Port that docker-compose.yml publishes Prometheus on',
  GRAFANA_PORT: 'Port that docker-compose.yml publishes Grafana on',
  POSTGRES_EXPORTER_PORT: 'Port that docker-compose.yml publishes the figures of PostgreSQL on',
  KAFKA_EXPORTER_PORT: 'Port that docker-compose.yml publishes the figures of Kafka on',
  KAFKA_UI_PORT: 'Port that docker-compose.yml publishes the page for Kafka on (profile `ui`)',
};

interface SettingRow {
  name: string;
  default: string;
  mayHold: string;
  purpose: string;
}

/** A setting, with what it may hold as its validator itself describes it. */
function rowOf({ group, name }: ListedSetting): SettingRow {
  const { type, descriptions } = group;
  const settings = new type() as Record<string, SettingValue | undefined>;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const expected = rules.flatMap(({ propertyName, type: kind, constraints }) =>
    propertyName === name && kind === 'customValidation' ? [String(constraints?.[0])] : [],
  );
  return {
    name,
    default: textOf(settings[name]),
    mayHold: expected.join(' and ') || 'any text',
    purpose: [descriptions[name]!, ...otherNamesOf(group, name)].join('; '),
  };
}

const otherNamesOf = (group: SettingGroup, name: string): string[] =>
  aliasesOf(group)
    .filter(({ of }) => of === name)
    .map(({ variable, form }) => `also as ${variable}${form === undefined ? '' : ` (${form.name})`}`);

type SettingValue = string | number | string[];

const textOf = (value: SettingValue = ''): string => (Array.isArray(value) ? value.join() : `${value}`);

/** The settings of the program and of all its contexts. */
export const programSettings = (): SettingRow[] =>
  listedSettings([PROGRAM_SETTINGS, ...CONTEXTS.flatMap((context) => context.settings ?? [])]).map(rowOf);

/**
 * The settings that only `docker-compose.yml` has: each `${NAME:-default}` of it that the program does not know.
 *
 * @throws Error for one that has no description here
 */
export function composeSettings(compose: string): SettingRow[] {
  const ofProgram = new Set(programSettings().map(({ name }) => name));
  const found = new Map<string, string>();
  for (const [, name, value] of compose.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)) {
    if (!ofProgram.has(name!)) found.set(name!, value!);
  }
  return [...found].map(([name, value]) => {
    const purpose = COMPOSE_DESCRIPTIONS[name];
    if (purpose === undefined) throw new Error(`docker-compose.yml has ${name}, of which nothing is said`);
    const mayHold = name.endsWith('_PORT') ? 'a port that is free' : 'any text';
    return { name, default: value, mayHold, purpose };
  });
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function tableOf(rows: readonly SettingRow[]): string {
  const lines = rows.map(({ name, default: value, mayHold, purpose }) => {
    const shown = value === '' ? 'none' : `\`${value}\``;
    return `| \`${name}\` | ${[shown, mayHold, purpose].map(cell).join(' | ')} |`;
  });
  return ['| variable | default | may hold | what it is for |', '|---|---|---|---|', ...lines].join('\n');
}

/**
 * The README with its table of settings brought up to date.
 *
 * @throws Error when the README has no place for it
 */
export async function readmeWithSettings(readmePath: string, composePath: string): Promise<string> {
  const readme = await readFile(readmePath, 'utf8');
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${readmePath} has no lines ${BEGIN} and ${END}`);
  const rows = [...programSettings(), ...composeSettings(await readFile(composePath, 'utf8'))];
  const text = `${readme.slice(0, begin)}${BEGIN}\n\n${tableOf(rows)}\n\n${readme.slice(end)}`;
  return format(text, { ...(await resolveConfig(readmePath)), filepath: readmePath });
}

import { validateSync } from 'class-validator';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Environment, SECRET_SETTINGS, type SettingName } from './environment.js';

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
export const EX_CONFIG = 78;

/** Thrown by {@link loadEnvironment}; `faults` has one line a fault, fit for the operator's eyes. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
    this.name = 'ConfigurationError';
  }
}

type Variables = Record<string, string | undefined>;

/** A setting's text as its kind holds it. A number that is none stays text, for the validator to name. */
function parse(name: SettingName, text: string): unknown {
  const example: unknown = new Environment()[name];
  if (typeof example === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (name === 'ROLES' || name === 'KAFKA_BROKERS') return text.split(',').map((part) => part.trim());
  return name === 'DB_PASSWORD' ? text : text.trim();
}

function readVariables(directory: string, name: string): Variables {
  try {
    return parseEnv(readFileSync(join(directory, name), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigurationError([`${name} cannot be read: ${(error as Error).message}`]);
  }
}

function faultLine(name: SettingName, text: string | undefined, expected: string): string {
  const held = SECRET_SETTINGS.has(name) ? 'holds a value (hidden)' : `is ${JSON.stringify(text ?? '')}`;
  return `${name} ${held}: expected ${expected}`;
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
  const topics = [
    environment.KAFKA_TOPIC,
    environment.KAFKA_STATUS_TOPIC,
    environment.KAFKA_DEAD_LETTER_TOPIC,
  ];
  if (new Set(topics).size < topics.length) {
    faults.push(
      `KAFKA_TOPIC, KAFKA_STATUS_TOPIC and KAFKA_DEAD_LETTER_TOPIC are ${topics.join(', ')}: expected three different names`,
    );
  }
  return faults;
}

/**
 * Reads the settings from `.env`, `.env.local` and `variables`, the later winning over the earlier.
 * An empty variable counts as one that is not set.
 *
 * @throws ConfigurationError naming every fault at once
 */
export function loadEnvironment(variables: Variables = process.env, directory = process.cwd()): Environment {
  const texts: Variables = {
    ...readVariables(directory, '.env'),
    ...readVariables(directory, '.env.local'),
  };
  for (const [name, text] of Object.entries(variables)) {
    if (text !== undefined) texts[name] = text;
  }
  const environment = new Environment();
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(environment) as SettingName[]) {
    const text = texts[name];
    if (text !== undefined && text !== '') values[name] = parse(name, text);
  }
  Object.assign(environment, values);

  const faults = validateSync(environment).map((error) => {
    const name = error.property as SettingName;
    return faultLine(
      name,
      texts[name] || String(environment[name]),
      Object.values(error.constraints ?? {}).join(' and '),
    );
  });
  if (faults.length === 0) faults.push(...faultsBetween(environment));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

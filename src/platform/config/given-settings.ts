import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type ConfigurationFile, NO_FILE, readConfigurationFile } from './configuration-file.js';
import { ConfigurationError } from './configuration.error.js';
import { LIBPQ_VARIABLES } from './libpq-variables.js';
import type { SettingGroup } from './setting-group.js';
import type { Variables } from './setting-texts.js';

/** What the program was started with. */
export const ofProcess = (): Variables => ({ ...process.env, ...LIBPQ_VARIABLES });

/** All that is said of settings, by whom, before anything is made of it. */
export interface GivenSettings {
  /** Of the environment, `.env` and `.env.local`, whether a setting of ours or not; none is empty. */
  readonly texts: Variables;
  /** Which of the three each of them is of. */
  readonly origins: ReadonlyMap<string, VariableOrigin>;
  readonly file: ConfigurationFile;
}

export type VariableOrigin = '.env' | '.env.local' | 'environment';

/**
 * An empty variable counts as one that is not set; it empties what `.env` says, and lets the file that CONFIG_FILE names say it.
 *
 * @throws ConfigurationError when `.env` or `.env.local` cannot be read
 */
export function givenSettings(
  variables: Variables,
  directory: string,
  groups: readonly SettingGroup[],
): GivenSettings {
  const layers: [VariableOrigin, Variables][] = [
    ['.env', readVariables(directory, '.env')],
    ['.env.local', readVariables(directory, '.env.local')],
    ['environment', variables],
  ];
  const all: Variables = {};
  const origins = new Map<string, VariableOrigin>();
  for (const [origin, ofLayer] of layers) {
    for (const [name, text] of Object.entries(ofLayer)) {
      if (text === undefined) continue;
      all[name] = text;
      origins.set(name, origin);
    }
  }
  const texts: Variables = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));
  const path = texts['CONFIG_FILE']?.trim() ?? '';
  return { texts, origins, file: path === '' ? NO_FILE : readConfigurationFile(path, directory, groups) };
}

function readVariables(directory: string, name: VariableOrigin): Variables {
  try {
    return parseEnv(readFileSync(join(directory, name), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigurationError([`${name} cannot be read: ${(error as Error).message}`]);
  }
}

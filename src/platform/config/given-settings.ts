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
  readonly file: ConfigurationFile;
}

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
  const all: Variables = {
    ...readVariables(directory, '.env'),
    ...readVariables(directory, '.env.local'),
  };
  for (const [name, text] of Object.entries(variables)) {
    if (text !== undefined) all[name] = text;
  }
  const texts: Variables = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));
  const path = texts['CONFIG_FILE']?.trim() ?? '';
  return { texts, file: path === '' ? NO_FILE : readConfigurationFile(path, directory, groups) };
}

function readVariables(directory: string, name: string): Variables {
  try {
    return parseEnv(readFileSync(join(directory, name), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigurationError([`${name} cannot be read: ${(error as Error).message}`]);
  }
}

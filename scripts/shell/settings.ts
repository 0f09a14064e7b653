import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError, EX_CONFIG } from '../../src/platform/config/configuration.error.js';
import { Environment } from '../../src/platform/config/environment.js';
import { loadSettings } from '../../src/platform/config/load-environment.js';
import type { SettingGroup } from '../../src/platform/config/setting-group.js';

const SOURCES = resolve(import.meta.dirname, '..', '..', 'src');

/**
 * The settings as the program reads them, of its own; faults end the process. Of the contexts only their settings are loaded, since
 * all of the program takes seconds.
 */
export async function settingsOfProgram(): Promise<Environment> {
  try {
    return loadSettings(await groupsOfContexts()).of(Environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const fault of error.faults) process.stderr.write(`${fault}\n`);
    process.exit(EX_CONFIG);
  }
}

async function groupsOfContexts(): Promise<SettingGroup[]> {
  const files = readdirSync(SOURCES)
    .map((name) => join(SOURCES, name, `${name}.settings.ts`))
    .filter((file) => existsSync(file));
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(file).href) as Promise<Readonly<Record<string, unknown>>>),
  );
  return modules.flatMap((one) => Object.values(one)).filter(isGroup);
}

const isGroup = (value: unknown): value is SettingGroup =>
  typeof value === 'object' && value !== null && 'type' in value && 'descriptions' in value;

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DatabaseOptions } from '../platform/database/database.js';

/** The names of all migrations that this version has, as their table has them. None is run, and nobody is connected to. */
export async function knownMigrations({
  migrationsDirectory,
  schemas = [],
}: Pick<DatabaseOptions, 'migrationsDirectory' | 'schemas'>): Promise<string[]> {
  const files = (await readdir(migrationsDirectory)).filter((file) => file.endsWith('.js')).sort();
  const names: string[] = [];
  for (const file of files) {
    const exported = (await import(pathToFileURL(join(migrationsDirectory, file)).href)) as object;
    for (const one of Object.values(exported) as unknown[])
      if (typeof one === 'function') names.push(one.name);
  }
  return [...names, ...schemas.flatMap(({ migrations }) => migrations.map(({ name }) => name))];
}

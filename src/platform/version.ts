import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Which version this is, of the package that it was built from: the nearest one above this file, or above the bundle. */
export function packageVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

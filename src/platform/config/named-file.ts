import type { NamedFile } from './pem-files.js';
import { writtenName } from './setting-sources.js';

/** The file that a setting names; undefined where it names none. */
export function namedFile<Name extends string>(
  settings: { readonly [one in Name]?: string | undefined },
  name: Name,
): NamedFile | undefined {
  const path = settings[name];
  return path === undefined ? undefined : { setting: writtenName(settings, name), path };
}

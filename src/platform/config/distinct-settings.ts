import { Environment } from './environment.js';
import type { SettingGroup } from './setting-group.js';

/** @throws Error naming a setting or an alias that two groups have; what the program itself has may be an alias too */
export function requireDistinctSettings(groups: readonly SettingGroup[]): void {
  const claims = groups.flatMap(({ type, aliases = {} }) => [
    ...Object.keys(new type()).map((name) => ({ kind: 'setting', name, owner: type.name })),
    ...Object.keys(aliases).map((name) => ({ kind: 'alias', name, owner: type.name })),
  ]);
  const own = new Set(Object.keys(new Environment()));
  const owners = new Map<string, string>();
  for (const { kind, name, owner } of claims) {
    if (kind === 'alias' && own.has(name)) continue;
    const other = owners.get(name);
    if (other !== undefined) {
      throw new Error(`the ${kind} ${name} is claimed twice: by ${other} and by ${owner}`);
    }
    owners.set(name, owner);
  }
}

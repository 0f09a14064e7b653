import type { SettingGroup } from './setting-group.js';

/** What CONTEXTS says, alone, in place of the names of all contexts that there are. No context is called so. */
export const ALL_CONTEXTS = 'all';

/**
 * The names that CONTEXTS stands for. `all` beside other names stays as it is, as a name that nobody knows.
 *
 * @param known the names of all contexts that there are
 */
export function namesFor(chosen: readonly string[], known: readonly string[]): string[] {
  return chosen.length === 1 && chosen[0] === ALL_CONTEXTS ? [...known] : [...chosen];
}

/** The contexts that groups are of. */
export const contextsOf = (groups: readonly SettingGroup[]): string[] => [
  ...new Set(groups.flatMap(({ context }) => context ?? [])),
];

/** A group as it is read where the deployment is for some contexts. */
export function meantFor(group: SettingGroup, contexts: readonly string[]): SettingGroup {
  const isChosen = group.context === undefined || contexts.includes(group.context);
  return isChosen ? group : { ...group, aliases: {} };
}

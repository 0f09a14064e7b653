import { isDeepStrictEqual } from 'node:util';
import { listedSettings, type SettingForm, type SettingGroup } from './setting-group.js';

/** What is set, by name, whether it is a setting of ours or not. */
export type Variables = Record<string, string | undefined>;

/** What a setting is taken from. */
export interface SettingSource {
  /** As the operator has written it: the setting's own name or an alias. */
  readonly variable: string;
  readonly text: string;
  readonly form?: SettingForm | undefined;
}

/** The variable of the setting's own name, or else the first of its aliases that is set. */
export function sourceOf(
  { aliases = {} }: SettingGroup,
  name: string,
  texts: Variables,
): SettingSource | undefined {
  const own = texts[name];
  if (own !== undefined) return { variable: name, text: own };
  for (const [variable, { of, form }] of Object.entries(aliases)) {
    const text = texts[variable];
    if (of === name && text !== undefined) return { variable, text, form };
  }
  return undefined;
}

/**
 * A setting's text as its kind holds it. A number that is none stays text, for the validator to name.
 *
 * @returns undefined for a text that is not of its alias's form
 */
export function heldBy(group: SettingGroup, name: string, { text, form }: SettingSource): unknown {
  const own = form === undefined ? text : form.read(text.trim());
  return own === undefined ? undefined : parse(group, name, own);
}

function parse({ type, lists = [], verbatim = [] }: SettingGroup, name: string, text: string): unknown {
  const example: unknown = (new type() as Record<string, unknown>)[name];
  if (typeof example === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (Array.isArray(example) || lists.includes(name)) return text.split(',').map((part) => part.trim());
  if (name === 'SERVER_HOST' || name === 'DB_HOST') return text.trim().replace(/^\[(.*)\]$/, '$1');
  return verbatim.includes(name) ? text : text.trim();
}

/** Aliases that are set beside what counts before them, and say something else: one line each. */
export function aliasesWithoutEffect(groups: readonly SettingGroup[], texts: Variables): string[] {
  const settings = new Set(listedSettings(groups).map(({ name }) => name));
  const lines: string[] = [];
  for (const group of groups) {
    for (const [variable, { of, form }] of Object.entries(group.aliases ?? {})) {
      const text = texts[variable];
      // What is a setting too has an effect in any case.
      if (text === undefined || settings.has(variable)) continue;
      const source = sourceOf(group, of, texts)!;
      const held = heldBy(group, of, { variable, text, form });
      if (source.variable === variable || isDeepStrictEqual(held, heldBy(group, of, source))) continue;
      lines.push(
        `${variable} is set, and has no effect: ${source.variable} is set too, and says something else`,
      );
    }
  }
  return lines;
}

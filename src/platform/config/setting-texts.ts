import { isDeepStrictEqual } from 'node:util';
import { withoutBrackets } from '../host-and-port.js';
import { isPem } from './pem-text.js';
import { CONTENT_OF_FILE, whyNoSecret } from './secret-files.js';
import type { SettingForm } from './setting-form.js';
import { aliasesOf, listedSettings, type SettingGroup } from './setting-group.js';

/** What is set, by name, whether it is a setting of ours or not. */
export type Variables = Record<string, string | undefined>;

/** What a file of settings says, by the names of the settings in the environment; the first of several counts. */
export type FileSources = ReadonlyMap<string, readonly SettingSource[]>;

/** What a setting is taken from. */
export interface SettingSource {
  /** As the operator has written it: the setting's own name, an alias, or `server_port in waybill.yaml`. */
  readonly variable: string;
  readonly text: string;
  readonly form?: SettingForm | undefined;
}

/** The variable of the setting's own name, or else the first of its aliases that is set, or else what the file says. */
export function sourceOf(
  group: SettingGroup,
  name: string,
  texts: Variables,
  ofFile?: FileSources,
): SettingSource | undefined {
  const own = texts[name];
  if (own !== undefined) return { variable: name, text: own };
  for (const { variable, of, form } of aliasesOf(group)) {
    const text = texts[variable];
    if (of === name && text !== undefined) return { variable, text, form };
  }
  return ofFile?.get(name)?.[0];
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

/** The setting as a class without an environment has it. */
const exampleOf = ({ type }: SettingGroup, name: string): unknown =>
  (new type() as Record<string, unknown>)[name];

export const isList = (group: SettingGroup, name: string): boolean =>
  Array.isArray(exampleOf(group, name)) || group.lists?.includes(name) === true;

function parse(group: SettingGroup, name: string, text: string): unknown {
  const { verbatim = [] } = group;
  const example = exampleOf(group, name);
  if (typeof example === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (isList(group, name)) return text.split(',').map((part) => part.trim());
  if (name === 'SERVER_HOST' || name === 'DB_HOST') return withoutBrackets(text.trim());
  return verbatim.includes(name) ? text : text.trim();
}

const MOST_SHOWN = 300;

/** What is written as a path. */
const PATH = /^(\.{0,2}\/|[A-Za-z]:\\)/;

/** A user, and a password maybe, in a URL. */
const USER_IN_URL = /:\/\/[^/\s]*@/;

/** A setting whose text is none that it may hold: a line that names what the operator has written. */
export function faultLine(
  { secrets = [] }: SettingGroup,
  name: string,
  { variable, text, form }: SettingSource,
  expected: string,
): string {
  if (form === CONTENT_OF_FILE) {
    // Somebody may have put the secret itself there.
    const path = PATH.test(text) ? JSON.stringify(text) : 'a file (hidden)';
    return expected === ''
      ? `${variable} names ${path}, ${whyNoSecret(text.trim())}: expected ${form.expected}`
      : `${variable} names ${path}, which holds another value (hidden): expected ${expected}`;
  }
  // A form is without the secret. What has an @ may be the whole URL, with its password, under the wrong name.
  const isSecret = secrets.includes(name) && (form === undefined || text.includes('@'));
  const isHidden = isSecret || isPem(text) || USER_IN_URL.test(text);
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  const held = isHidden ? 'holds a value (hidden)' : `is ${JSON.stringify(shown)}`;
  return `${variable} ${held}: expected ${form?.expected ?? expected}`;
}

/** Aliases that are set beside what counts before them, and say something else: one line each. */
export function aliasesWithoutEffect(groups: readonly SettingGroup[], texts: Variables): string[] {
  const settings = new Set(listedSettings(groups).map(({ name }) => name));
  const lines: string[] = [];
  for (const group of groups) {
    for (const { variable, of, form } of aliasesOf(group)) {
      const text = texts[variable];
      // What is a setting too has an effect in any case.
      if (text === undefined || settings.has(variable)) continue;
      const source = sourceOf(group, of, texts)!;
      const held = heldBy(group, of, { variable, text, form });
      if (source.variable === variable || isDeepStrictEqual(held, heldBy(group, of, source))) continue;
      const isPart = [group.aliases![variable]].flat().length > 1;
      lines.push(
        `${variable} is set, and has no effect${isPart ? ` on ${of}` : ''}: ${source.variable} is set too, and says something else`,
      );
    }
  }
  return lines;
}

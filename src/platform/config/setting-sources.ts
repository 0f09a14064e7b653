import { validateSync } from 'class-validator';
import { TransientError } from '../failures/classified-errors.js';
import { CONTENT_OF_FILE, readSecretFile } from './secret-files.js';
import type { SettingGroup } from './setting-group.js';
import { heldBy, type SettingSource } from './setting-texts.js';

interface ReadSettings {
  readonly group: SettingGroup;
  readonly sources: ReadonlyMap<string, SettingSource>;
}

/** By the object that the settings were read into. One that was made by hand has no sources. */
const READ = new WeakMap<object, ReadSettings>();

/** The file of a secret was there when the program started, and cannot be used any more. */
export class SecretFileError extends TransientError {
  override readonly name = 'SecretFileError';
}

export function rememberSources(
  settings: object,
  group: SettingGroup,
  sources: ReadonlyMap<string, SettingSource>,
): void {
  READ.set(settings, { group, sources });
}

/** What a setting was taken from; undefined for one that has its default. */
export const sourceOfSetting = (settings: object, name: string): SettingSource | undefined =>
  READ.get(settings)?.sources.get(name);

/** A setting's name as the operator has written it: DB_PASSWORD_FILE, or `db_password in waybill.yaml`. */
export const writtenName = (settings: object, name: string): string =>
  sourceOfSetting(settings, name)?.variable ?? name;

/**
 * What a setting holds now: one that stands in a file of its own is read anew, so that it can be changed while the program
 * runs.
 *
 * @throws SecretFileError which names the setting and the file, and shows nothing of what is in it
 */
export function currentValue<T extends object, Name extends keyof T & string>(
  settings: T,
  name: Name,
): T[Name] {
  const read = READ.get(settings);
  const source = read?.sources.get(name);
  if (read === undefined || source?.form !== CONTENT_OF_FILE) return settings[name];
  const path = source.text.trim();
  const fault = (what: string): SecretFileError =>
    new SecretFileError(`${source.variable} names ${path}, ${what}`);
  let text: string;
  try {
    text = readSecretFile(path);
  } catch (error) {
    throw fault(`${(error as Error).message}: expected ${CONTENT_OF_FILE.expected}`);
  }
  const held = heldBy(read.group, name, { variable: source.variable, text });
  const others = Object.assign(new read.group.type(), settings, { [name]: held });
  const wrong = validateSync(others).find(({ property }) => property === name);
  if (wrong === undefined) return held as T[Name];
  throw fault(`which holds another value now (hidden): expected ${Object.values(wrong.constraints!).join()}`);
}

/** The settings of all groups, by those of the program itself. */
const TOGETHER = new WeakMap<object, readonly object[]>();

export function rememberTogether(program: object, all: readonly object[]): void {
  TOGETHER.set(program, all);
}

/**
 * The setting of whatever group that a topic has its name from, as the operator has written it; undefined for one whose name is
 * made of another's.
 */
export function settingOfTopic(program: object, topic: string): string | undefined {
  for (const settings of TOGETHER.get(program) ?? []) {
    for (const [name, value] of Object.entries(settings)) {
      if (name.endsWith('TOPIC') && value === topic) return writtenName(settings, name);
    }
  }
  return undefined;
}

/** The environment for a program that we start: without the secrets that are set in it. */
export function environmentWithoutSecrets(
  program: object,
  variables: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const secrets = new Set(
    (TOGETHER.get(program) ?? []).flatMap((settings) => {
      const { secrets: names = [], hidden = [] } = READ.get(settings)?.group ?? {};
      return [...names, ...hidden];
    }),
  );
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !secrets.has(name)));
}

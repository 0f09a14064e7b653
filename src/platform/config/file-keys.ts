import { CONTENT_OF_FILE } from './secret-files.js';
import { misspeltSettings } from './misspelt-settings.js';
import type { SettingForm } from './setting-form.js';
import { aliasesOf, listedSettings, type SettingGroup } from './setting-group.js';

/** A setting that a key of the file says, perhaps in a form of its own. */
export interface MeantSetting {
  readonly group: SettingGroup;
  readonly name: string;
  readonly form?: SettingForm | undefined;
}

/** APP_KAFKA__TOPIC, where two underscores stand for a level: `kafka.topic` in the file. */
const ALIAS_WITH_KEY = /^APP_([A-Z_]+)$/;

/** It says where the file is. */
const NOT_IN_THE_FILE = 'CONFIG_FILE';

/** The keys that a file of settings may have, each by its whole path, such as `customers.max_bytes`. */
export class FileKeys {
  private readonly meant = new Map<string, MeantSetting[]>();
  /** The key of a setting, by every name that it goes by in the environment. */
  private readonly keys = new Map<string, string>();

  /** @throws Error when two settings have the same key */
  constructor(groups: readonly SettingGroup[]) {
    for (const { group, name } of listedSettings(groups)) {
      if (name === NOT_IN_THE_FILE) continue;
      const key = keyOf(group, name);
      if (this.meant.has(key)) throw new Error(`two settings have the key ${key} in the file of settings`);
      this.meant.set(key, [{ group, name }]);
      this.keys.set(name, key);
    }
    for (const group of groups) {
      for (const { variable, of, form } of aliasesOf(group)) {
        const own = this.keys.get(of)!;
        if (!this.keys.has(variable)) this.keys.set(variable, own);
        if (form === CONTENT_OF_FILE) this.meant.set(`${own}_file`, [{ group, name: of, form }]);
        const [, levels] = ALIAS_WITH_KEY.exec(variable) ?? [];
        if (levels === undefined) continue;
        const key = levels.toLowerCase().replaceAll('__', '.');
        this.meant.set(key, [...(this.meant.get(key) ?? []), { group, name: of, form }]);
      }
    }
  }

  /** What the key says: one setting, or the parts of several; undefined for one that is unknown, or a section. */
  meantBy(key: string): readonly MeantSetting[] | undefined {
    return this.meant.get(key);
  }

  sections(): string[] {
    return [
      ...new Set([...this.meant.keys()].filter((key) => key.includes('.')).map((key) => key.split('.')[0]!)),
    ];
  }

  /** The keys of a section, without its name. */
  keysIn(section: string): string[] {
    const prefix = `${section}.`;
    return [...this.meant.keys()].flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []));
  }

  /** The key of the setting that goes by the unknown key elsewhere: SERVER_PORT, `server.port`, `customers.customers_topic`. */
  sameElsewhere(unknown: string): string | undefined {
    const name = variableOf(unknown);
    const [, ...rest] = unknown.split('.');
    return this.keys.get(name) ?? this.keys.get(variableOf(rest.join('.')));
  }

  /** The key or section that was probably meant. */
  didYouMean(unknown: string): string | undefined {
    const same = this.sameElsewhere(unknown);
    if (same !== undefined) return same;
    const [section = '', ...rest] = unknown.split('.');
    const inSection = closest(rest.join('.'), this.keysIn(section));
    if (inSection !== undefined) return `${section}.${inSection}`;
    const name = closest(unknown, [...this.keys.keys(), ...this.sections()]);
    return name === undefined ? undefined : (this.keys.get(name.toUpperCase()) ?? name);
  }
}

const variableOf = (key: string): string => key.toUpperCase().replace(/[-.]/g, '_');

function closest(unknown: string, names: readonly string[]): string | undefined {
  const [found] = misspeltSettings(
    [unknown.toUpperCase()],
    names.map((name) => name.toUpperCase()),
  );
  return names.find((name) => name.toUpperCase() === found?.setting);
}

/** SENSORS_COUNT of the context `sensors` is `sensors.count`; what a context has without its name in front keeps all of its own. */
function keyOf({ context }: SettingGroup, name: string): string {
  const own = name.toLowerCase();
  if (context === undefined) return own;
  const prefix = `${context}_`;
  return `${context}.${own.startsWith(prefix) ? own.slice(prefix.length) : own}`;
}

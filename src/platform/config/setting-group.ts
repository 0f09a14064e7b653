/**
 * Settings that belong together: those of the program itself, or of one context. Each is a field of a class, by its name
 * in the environment, with its default and a decorator of `setting-kinds.ts`. A setting without a default is `undefined`
 * when the environment does not name it; the default of a list is a list.
 */
export interface SettingGroup {
  readonly type: new () => object;
  /** One line a setting, for people: the README's table is made from these. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Those whose value never appears in a log or a message. */
  readonly secrets?: readonly string[];
  /** Those that hold a list and have no default. */
  readonly lists?: readonly string[];
  /** Those whose blanks count. */
  readonly verbatim?: readonly string[];
}

/** A group, with its names checked. */
export const settingGroup = <T extends object>(
  type: new () => T,
  group: {
    readonly descriptions: Readonly<Record<keyof T & string, string>>;
    readonly secrets?: readonly (keyof T & string)[];
    readonly lists?: readonly (keyof T & string)[];
    readonly verbatim?: readonly (keyof T & string)[];
  },
): SettingGroup => ({ type, ...group });

/** What was read, by the class that it is a field of. */
export class Settings {
  constructor(private readonly read: ReadonlyMap<new () => object, object>) {}

  /** As if the environment named none. @param others settings that are as they are given here */
  static defaults(groups: readonly SettingGroup[], ...others: readonly object[]): Settings {
    const all = [...groups.map(({ type }) => new type()), ...others];
    return new Settings(new Map(all.map((one) => [one.constructor as new () => object, one])));
  }

  of<T extends object>(type: new () => T): T {
    const settings = this.read.get(type);
    if (settings === undefined) throw new Error(`nobody has read the settings ${type.name}`);
    return settings as T;
  }
}

import { CONTENT_OF_FILE, fileVariableOf } from './secret-files.js';
import type { SettingForm } from './setting-form.js';

/** Another variable that a setting is taken from where its own is not set. It may be a setting of the program itself. */
export interface SettingAlias<Name extends string = string> {
  readonly of: Name;
  /** Without one it is written as the setting is. */
  readonly form?: SettingForm;
}

/** One variable may say what several settings are, each in a form of its own. */
export type SettingAliases<Name extends string = string> = SettingAlias<Name> | readonly SettingAlias<Name>[];

/** What a group may have to know of the program's own settings. */
export interface ProgramSettings {
  readonly CONTEXTS: readonly string[];
  readonly ROLES: readonly string[];
  readonly KAFKA_BROKERS?: readonly string[] | undefined;
}

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
  /** Those that are no secret, and may have one within them, such as a command: their value is not shown either. */
  readonly hidden?: readonly string[];
  /** Those that may stand in a file that NAME_FILE names, besides the secrets, which all may. */
  readonly inFiles?: readonly string[];
  /** Those that hold a list and have no default. */
  readonly lists?: readonly string[];
  /** Those whose blanks count. */
  readonly verbatim?: readonly string[];
  /** Other names that settings go by elsewhere. Of several of one setting, the first that is set counts. */
  readonly aliases?: Readonly<Record<string, SettingAliases>>;
  /** The context whose they are. Its aliases may be meant for other programs: they are read where CONTEXTS chooses it. */
  readonly context?: string;
  /** Where a setting stands behind one of another group, in documents and messages; the next one follows it. */
  readonly listedAfter?: Readonly<Record<string, string>>;
  /** What is wrong with settings that no single one of them has: one line a fault, for the operator. */
  faultsBetween?(settings: object, program: ProgramSettings): string[];
}

/** A group, with its names checked. Each of its secrets may stand in a file that NAME_FILE names. */
export const settingGroup = <T extends object>(
  type: new () => T,
  group: {
    readonly descriptions: Readonly<Record<keyof T & string, string>>;
    readonly secrets?: readonly (keyof T & string)[];
    readonly hidden?: readonly (keyof T & string)[];
    readonly inFiles?: readonly (keyof T & string)[];
    readonly lists?: readonly (keyof T & string)[];
    readonly verbatim?: readonly (keyof T & string)[];
    readonly aliases?: Readonly<Record<string, SettingAliases<keyof T & string>>>;
    readonly context?: string;
    readonly listedAfter?: Readonly<Partial<Record<keyof T & string, string>>>;
    faultsBetween?(settings: T, program: ProgramSettings): string[];
  },
): SettingGroup => {
  const { secrets = [], inFiles = [], aliases = {} } = group;
  const files = [...secrets, ...inFiles].map((of) => [fileVariableOf(of), { of, form: CONTENT_OF_FILE }]);
  return {
    type,
    ...group,
    aliases: { ...(Object.fromEntries(files) as object), ...aliases },
  } as SettingGroup;
};

/** The aliases of a group, those of one variable beside each other. */
export const aliasesOf = ({ aliases = {} }: SettingGroup): (SettingAlias & { readonly variable: string })[] =>
  Object.entries(aliases).flatMap(([variable, ofVariable]) =>
    [ofVariable].flat().map((alias: SettingAlias) => ({ variable, ...alias })),
  );

/** A setting, and whose it is. */
export interface ListedSetting {
  readonly group: SettingGroup;
  readonly name: string;
}

/** All settings, as people are shown them: a group behind the other, but for those that stand elsewhere. */
export function listedSettings(groups: readonly SettingGroup[]): ListedSetting[] {
  const listed: ListedSetting[] = [];
  for (const group of groups) {
    let place = listed.length;
    for (const name of Object.keys(new group.type())) {
      const previous = group.listedAfter?.[name];
      if (previous !== undefined) place = placeBehind(previous, listed);
      listed.splice(place, 0, { group, name });
      place++;
    }
  }
  return listed;
}

function placeBehind(previous: string, listed: readonly ListedSetting[]): number {
  const place = listed.findIndex(({ name }) => name === previous);
  if (place < 0) throw new Error(`a setting is listed after ${previous}, which no group before it has`);
  return place + 1;
}

/** Every variable that is read: settings, and their aliases. */
export const variablesOf = (groups: readonly SettingGroup[]): string[] => [
  ...new Set([
    ...listedSettings(groups).map(({ name }) => name),
    ...groups.flatMap(({ aliases = {} }) => Object.keys(aliases)),
  ]),
];

/** What was read, by the class that it is a field of. */
export class Settings {
  constructor(private readonly read: ReadonlyMap<new () => object, object>) {}

  /** As if the environment named none. @param others settings that are as they are given here */
  static defaults(groups: readonly SettingGroup[], ...others: readonly object[]): Settings {
    const all = [...groups.map(({ type }) => new type()), ...others];
    return new Settings(new Map(all.map((one) => [one.constructor as new () => object, one])));
  }

  /** The settings of each group, with their class. */
  all(): [type: new () => object, settings: object][] {
    return [...this.read];
  }

  of<T extends object>(type: new () => T): T {
    const settings = this.read.get(type);
    if (settings === undefined) throw new Error(`nobody has read the settings ${type.name}`);
    return settings as T;
  }
}

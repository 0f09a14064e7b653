import { validateSync } from 'class-validator';
import { contextsOf, meantFor, namesFor } from './all-contexts.js';
import { ConfigurationError } from './configuration.error.js';
import { requireDistinctSettings } from './distinct-settings.js';
import { Environment, PROGRAM_SETTINGS } from './environment.js';
import { faultsBetween, urlFaults } from './environment-faults.js';
import { type GivenSettings, givenSettings, ofProcess } from './given-settings.js';
import { aliasesOf, listedSettings, type SettingGroup, Settings } from './setting-group.js';
import { CONTENT_OF_FILE } from './secret-files.js';
import { rememberSources, rememberTogether } from './setting-sources.js';
import { faultLine, heldBy, type SettingSource, sourceOf, type Variables } from './setting-texts.js';

interface ReadGroup {
  readonly settings: object;
  readonly sources: ReadonlyMap<string, SettingSource>;
  /** What is wrong with single settings, a line for the name of each. */
  readonly faults: ReadonlyMap<string, string>;
}

function readGroup(group: SettingGroup, { texts, file }: GivenSettings): ReadGroup {
  const settings = new group.type() as Record<string, unknown>;
  const sources = new Map<string, SettingSource>();
  const faults = new Map<string, string>();
  for (const name of Object.keys(settings)) {
    const source = sourceOf(group, name, texts, file.sources);
    if (source === undefined) continue;
    sources.set(name, source);
    const held = heldBy(group, name, source);
    if (held === undefined) faults.set(name, faultLine(group, name, source, ''));
    else settings[name] = held;
  }
  for (const { property, constraints } of validateSync(settings)) {
    const source = sources.get(property) ?? { variable: property, text: String(settings[property]) };
    const expected = Object.values(constraints ?? {}).join(' and ');
    faults.set(property, faultLine(group, property, source, expected));
  }
  rememberSources(settings, group, sources);
  return { settings, sources, faults };
}

/** Secrets that are given, and a file for them too: nobody could tell which of them counts. */
function saidTwice(group: SettingGroup, { texts, file }: GivenSettings): string[] {
  return aliasesOf(group).flatMap(({ variable, of, form }) => {
    if (form !== CONTENT_OF_FILE) return [];
    const inFile = file.sources.get(of) ?? [];
    const others = [of, ...aliasesOf(group).flatMap((one) => (one.of === of ? one.variable : []))];
    const said = [
      ...others.filter((name) => texts[name] !== undefined),
      ...inFile.map((source) => source.variable),
    ];
    const isOfFile = texts[variable] !== undefined || inFile.some((source) => source.form === form);
    return isOfFile && said.length > 1 ? [`${said.join(' and ')} are both set: expected one of them`] : [];
  });
}

/** A setting's name in a line stands as whoever has to change it has written it. */
const inOwnWords = (line: string, sources: ReadonlyMap<string, SettingSource>): string =>
  line.replace(/\b[A-Z][A-Z_]+\b/g, (name) => sources.get(name)?.variable ?? name);

/**
 * Reads the settings from the file that CONFIG_FILE names, `.env`, `.env.local` and `variables`, the later winning over the
 * earlier.
 *
 * @param groups what contexts have besides the program's own
 * @param contexts the names of all contexts that there are, which `CONTEXTS=all` stands for
 * @throws ConfigurationError naming every fault at once
 * @throws Error when two groups have a setting or an alias of one name
 */
export function loadSettings(
  groups: readonly SettingGroup[],
  variables: Variables = ofProcess(),
  directory = process.cwd(),
  contexts: readonly string[] = contextsOf(groups),
): Settings {
  const all = [PROGRAM_SETTINGS, ...groups];
  requireDistinctSettings(all);
  const given = givenSettings(variables, directory, all);
  const program = readGroup(PROGRAM_SETTINGS, given);
  const environment = program.settings as Environment;
  environment.CONTEXTS = namesFor(environment.CONTEXTS, contexts);
  const read = new Map(
    all.map((group) => [
      group,
      group === PROGRAM_SETTINGS ? program : readGroup(meantFor(group, environment.CONTEXTS), given),
    ]),
  );
  const settings = new Settings(new Map([...read].map(([{ type }, one]) => [type, one.settings])));
  rememberTogether(
    environment,
    [...read.values()].map((one) => one.settings),
  );
  const twice = all.flatMap((group) => saidTwice(group, given));
  const lines = listedSettings(all).flatMap(({ group, name }) => read.get(group)!.faults.get(name) ?? []);
  // A variable may be a setting and the alias of another, and so be at fault twice.
  const faults = [...new Set([...given.file.faults, ...lines, ...twice])];
  if (faults.length === 0) {
    const between = [...urlFaults(environment, given.texts), ...faultsBetween(environment)];
    for (const [group, one] of read)
      between.push(...(group.faultsBetween?.(one.settings, environment) ?? []));
    const sources = new Map([...read.values()].flatMap((one) => [...one.sources]));
    faults.push(...between.map((line) => inOwnWords(line, sources)));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

/** The program's own settings alone. @throws ConfigurationError naming every fault at once */
export function loadEnvironment(variables?: Variables, directory?: string): Environment {
  return loadSettings([], variables, directory).of(Environment);
}

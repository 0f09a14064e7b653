import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import { FileKeys, type MeantSetting } from './file-keys.js';
import type { SettingGroup } from './setting-group.js';
import { faultLine, heldBy, isList, type SettingSource } from './setting-texts.js';
import { readYamlFile, type YamlFile, YamlFileError } from './yaml-file.js';

/** What a file of settings says. */
export interface ConfigurationFile {
  /** By the setting's name in the environment; several where several keys say it. */
  readonly sources: ReadonlyMap<string, readonly SettingSource[]>;
  /** What is wrong with the file, one line each, whatever the environment says; what single values may be is not judged here. */
  readonly faults: readonly string[];
}

export const NO_FILE: ConfigurationFile = { sources: new Map(), faults: [] };

/** A file that is another's, and not ours, has nothing else. */
const MOST_FAULTS = 20;

/** Anything else may be a value under which something is missing, such as a password. */
const PLAIN_KEY = /^[A-Za-z0-9_.-]{1,80}$/;

/**
 * Reads a file of settings: those of the program at the top, those of a context in the section of its name.
 *
 * @param path as the operator has written it; in the faults it stands so
 * @param directory that the path is relative to
 */
export function readConfigurationFile(
  path: string,
  directory: string,
  groups: readonly SettingGroup[],
): ConfigurationFile {
  try {
    return new FileReading(path, readYamlFile(path, directory), new FileKeys(groups)).read();
  } catch (error) {
    if (!(error instanceof YamlFileError)) throw error;
    const { line, message } = error;
    return {
      ...NO_FILE,
      faults: [line === undefined ? `${path} ${message}` : `${path}, line ${line}: ${message}`],
    };
  }
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

interface KeySource extends SettingSource {
  readonly key: string;
  readonly meant: MeantSetting;
}

class FileReading {
  private readonly sources = new Map<string, KeySource[]>();
  private readonly faults: string[] = [];
  /** The line that each key was first on. */
  private readonly lines = new Map<string, number>();

  constructor(
    private readonly path: string,
    private readonly file: YamlFile,
    private readonly keys: FileKeys,
  ) {}

  read(): ConfigurationFile {
    if (this.file.root !== undefined) this.readMap(this.file.root, '');
    for (const sources of this.sources.values()) this.requireOneMeaning(sources);
    if (this.faults.length >= MOST_FAULTS) this.faults.push(`${this.path} may have more faults than these`);
    return { sources: this.sources, faults: this.faults };
  }

  private readMap(map: YAMLMap.Parsed, section: string): void {
    for (const pair of map.items as ParsedPair[]) {
      if (this.faults.length >= MOST_FAULTS) return;
      const line = this.file.lineAt(pair.key.range[0]);
      const key = isScalar(pair.key) ? `${section}${pair.key.source ?? ''}` : '';
      if (!PLAIN_KEY.test(key)) {
        this.fault(line, `a key (hidden) is no setting of Waybill's: expected a name, a colon and a blank`);
        continue;
      }
      const first = this.lines.get(key);
      if (first !== undefined) {
        this.fault(line, `${key} is there already, on line ${first}: expected it once`);
        continue;
      }
      this.lines.set(key, line);
      this.readPair(key, line, pair.value, section === '');
    }
  }

  private readPair(key: string, line: number, value: ParsedNode | null, isAtTop: boolean): void {
    const meant = this.keys.meantBy(key);
    if (meant !== undefined) return this.readSetting(key, line, value, meant);
    if (!isAtTop || !this.keys.sections().includes(key)) return this.refuseUnknown(key, line, value);
    if (isMap(value)) return this.readMap(value, `${key}.`);
    if (!isUnset(value)) {
      const known = this.keys.keysIn(key).join(', ');
      this.fault(line, `${key} is a section: expected keys below it (${known})`);
    }
  }

  private readSetting(
    key: string,
    line: number,
    value: ParsedNode | null,
    meant: readonly MeantSetting[],
  ): void {
    if (isUnset(value)) return;
    const takesList = meant.every(({ group, name }) => isList(group, name));
    const expected = takesList ? 'a list, or a text with commas' : 'a single value';
    let text: string | undefined;
    if (isScalar(value)) text = value.source;
    else if (isMap(value)) return this.fault(line, `${key} holds further keys: expected ${expected}`);
    else if (!takesList) return this.fault(line, `${key} holds a list: expected ${expected}`);
    else text = textOfList(value);
    if (text === undefined)
      return this.fault(line, `${key} holds a list of something else than texts: expected ${expected}`);
    if (text === '') return;
    for (const one of meant) {
      const source = { variable: `${key} in ${this.path}`, text, form: one.form, key, meant: one };
      this.sources.set(one.name, [...(this.sources.get(one.name) ?? []), source]);
    }
  }

  private refuseUnknown(key: string, line: number, value: ParsedNode | null): void {
    // `server: {port: 8080}`: what was meant shows further down only.
    const below = isMap(value)
      ? value.items.map((pair) => (isScalar(pair.key) ? `${key}.${pair.key.source}` : ''))
      : [];
    const telling = below.filter((one) => PLAIN_KEY.test(one) && this.keys.sameElsewhere(one) !== undefined);
    const lines = telling.length > 0 ? telling : [key];
    for (const unknown of lines.slice(0, MOST_FAULTS)) {
      const meant = this.keys.didYouMean(unknown);
      const expected =
        meant === undefined ? `expected ${this.expectedBeside(unknown)}` : `did you mean ${meant}?`;
      this.fault(line, `${unknown} is no setting of Waybill's: ${expected}`);
    }
  }

  private expectedBeside(key: string): string {
    const [section = ''] = key.split('.');
    const known = this.keys.keysIn(section);
    return key.includes('.') && known.length > 0
      ? `one of ${known.join(', ')} in the section ${section}`
      : `the name of one in lower case, or one of the sections ${this.keys.sections().join(', ')}`;
  }

  /** Whatever the environment says: which of them would count once it says nothing, nobody could tell. */
  private requireOneMeaning(sources: readonly KeySource[]): void {
    const [first, ...others] = sources.map((source) => {
      const { meant } = source;
      const held = heldBy(meant.group, meant.name, source);
      if (held === undefined) this.faults.push(faultLine(meant.group, meant.name, source, ''));
      return { source, held };
    });
    for (const { source, held } of others) {
      if (held === undefined || first!.held === undefined || isDeepStrictEqual(held, first!.held)) continue;
      this.faults.push(
        `${first!.source.key} and ${source.key} in ${this.path} both say what ${source.meant.name} is, and differ: expected one of them`,
      );
    }
  }

  private fault(line: number, text: string): void {
    this.faults.push(`${this.path}, line ${line}: ${text}`);
  }
}

const isUnset = (value: ParsedNode | null): boolean =>
  value === null ||
  (isScalar(value) && (value.value === null || value.source === '')) ||
  (isSeq(value) && value.items.length === 0) ||
  (isMap(value) && value.items.length === 0);

/** The list with commas, as the environment has it; undefined where it holds something else than texts. */
function textOfList(value: ParsedNode | null): string | undefined {
  const items = isSeq(value) ? value.items : [];
  const texts = items.flatMap((item) =>
    isScalar(item) && item.value !== null && item.source !== undefined ? item.source : [],
  );
  return texts.length === items.length ? texts.join(',') : undefined;
}

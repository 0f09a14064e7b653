import { parseArgs } from 'node:util';
import { MAX_SEED } from './seeded-random.js';
import { UsageError } from './usage-error.js';

/** What the text of an option may be. */
export interface OptionKind<T> {
  /** Undefined for a text that it may not be. */
  read(text: string): T | undefined;
  /** What it may be, for people: follows `expected`. */
  readonly expected: string;
}

/** The options of a command line, each with a value and given once at most. */
export class CommandOptions<Name extends string> {
  private readonly given: Partial<Record<Name, string[]>>;
  private readonly faults: string[] = [];

  /** @throws UsageError for what is none of these options */
  constructor(words: readonly string[], names: readonly Name[]) {
    const options = Object.fromEntries(
      names.map((name) => [name, { type: 'string', multiple: true }] as const),
    );
    try {
      this.given = parseArgs({ args: [...words], options }).values as Partial<Record<Name, string[]>>;
    } catch (error) {
      // What follows the first sentence is advice on how to write something else.
      const fault = (error as Error).message.split(/\.\s|\n/)[0]!;
      throw new UsageError(`${fault}: expected ${names.map((name) => `--${name}`).join(', ')}`, {
        cause: error,
      });
    }
  }

  has(name: Name): boolean {
    return this.given[name] !== undefined;
  }

  /** Undefined where it was not given, or is wrong, which {@link requireRight} tells. */
  take<T>(name: Name, { read, expected }: OptionKind<T>): T | undefined {
    const texts = this.given[name];
    if (texts === undefined) return undefined;
    const value = texts.length === 1 ? read(texts[0]!) : undefined;
    if (value === undefined) this.fault(`--${name} is ${texts.join(' and ')}: expected ${expected}, once`);
    return value;
  }

  fault(line: string): void {
    this.faults.push(line);
  }

  /** @throws UsageError with a line for each fault */
  requireRight(): void {
    if (this.faults.length > 0) throw new UsageError(this.faults.join('\n'));
  }
}

/** A whole number, both limits included. */
export const aWholeNumber = (min: number, max: number): OptionKind<number> => ({
  read: (text) =>
    /^\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined,
  expected: `a whole number from ${min} to ${max}`,
});

export const SEED = aWholeNumber(0, MAX_SEED);

/** Where a program listens, without a slash at its end. */
export const PROGRAM_URL: OptionKind<string> = {
  read(text) {
    if (!URL.canParse(text)) return undefined;
    const { protocol, search, hash, username, href } = new URL(text);
    const isPlain = search === '' && hash === '' && username === '';
    return (protocol === 'http:' || protocol === 'https:') && isPlain ? href.replace(/\/+$/, '') : undefined;
  },
  expected: 'a URL such as http://127.0.0.1:8080, without query',
};

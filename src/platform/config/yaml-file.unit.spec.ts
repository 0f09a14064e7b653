import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readYamlFile, YamlFileError } from './yaml-file.js';

const MIB = 1_048_576;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-yaml-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function faultOf(path: string): { line: number | undefined; message: string } | undefined {
  try {
    readYamlFile(path, directory);
  } catch (error) {
    if (!(error instanceof YamlFileError)) throw error;
    return { line: error.line, message: error.message };
  }
  return undefined;
}

function faultIn(content: string | Buffer): ReturnType<typeof faultOf> {
  writeFileSync(join(directory, 'w.yaml'), content);
  return faultOf('w.yaml');
}

describe('a file that cannot be read', () => {
  it('is named as what it is', () => {
    mkdirSync(join(directory, 'folder'));
    expect(faultOf('folder')?.message).toBe('is a directory: expected a YAML file');
    expect(faultOf('absent.yaml')?.message).toBe(
      'is not there: expected the YAML file that --config or CONFIG_FILE names',
    );
    expect(faultOf('/dev/null')?.message).toBe('is no regular file: expected a YAML file');
    expect(faultOf('x'.repeat(300))?.message).toBe('cannot be read (ENAMETOOLONG): expected a YAML file');
    expect(faultIn(`#${' '.repeat(MIB)}`)?.message).toBe(
      'has 1048577 bytes: expected a YAML file of 1 MiB (1048576) at most',
    );
    expect(faultIn(`#${' '.repeat(MIB - 1)}`)).toBeUndefined();
  });

  it.each([
    ['Latin-1', Buffer.from('a: 1\nb: \xFC', 'latin1'), 2],
    ['UTF-16', Buffer.from('\u{FEFF}a: 1', 'utf16le'), 1],
  ])('is in UTF-8, and not in %s', (_, bytes, line) =>
    expect(faultIn(bytes)).toEqual({
      line,
      message: 'there is a byte that is not UTF-8: expected a YAML file in UTF-8',
    }),
  );
});

describe('a text that is no YAML, or more than settings need', () => {
  it.each<[string, number, RegExp]>([
    ['a: 1\n---\nb: 2', 2, /^a second document begins: expected one$/],
    ['a: 1\n...\n---\nb: 2', 3, /^a second document/],
    ['a: 1\nb: &hunter2 1', 2, /^an anchor \(&\) stands here: expected quotes/],
    ['a: *hunter2', 1, /^an alias \(\*\) stands here: expected quotes/],
    ['a: !hunter2', 1, /^a tag \(!\) stands here: expected quotes/],
    ['%hunter2\n---\na: 1', 1, /^a directive \(%\) stands here: expected quotes/],
    ['a: @hunter2', 1, /^a text begins with a character such as @.*: expected quotes/],
    ['a: "\\hunter2"', 1, /^a backslash in double quotes begins no escape: expected/],
    ['a: b: hunter2', 1, /^there is a second colon: expected quotes/],
    ['a: 1\nhunter2\nb: 2', 2, /expected a colon and a blank behind each key/],
    ['a:\n  b: 1\n c: 2', 3, /^the indentation does not fit/],
    ['a:\n\tb: 1', 2, /^a tab indents: expected blanks$/],
    ['a: "1', 1, /an end for each quote and bracket$/],
    ['a: [1', 1, /or a bracket or a quote has no end/],
    ['a: 1}\nb: }', 2, /expected a colon and a blank/],
    ['\n- a', 2, /^there is something else than keys: expected keys with values/],
    ['hunter2', 1, /^there is something else than keys/],
    ['db_password:hunter2', 1, /^there is something else than keys/],
  ])('%j is one fault, which shows nothing of it', (content, line, expected) => {
    const fault = faultIn(content);
    expect(fault?.line).toBe(line);
    expect(fault?.message).toMatch(expected);
    expect(fault?.message).not.toContain('hunter2');
  });

  /** Each of these takes a parser without bounds minutes, all of the memory, or its stack, at 1 MiB. */
  it.each([
    ['[', 'levels'],
    ['{a: ', 'levels'],
    ['- ', 'levels'],
    ['? ', 'levels'],
    ['"', 'too much'],
    ['}', 'too much'],
    ['a: b\n', 'too much'],
    ['\n', 'too much'],
    ['&a ', 'anchor'],
    ['!a ', 'tag'],
  ])('%j a hundred thousand times over is refused soon', (part, expected) => {
    const started = performance.now();
    expect(faultIn(part.repeat(MIB / 8))?.message).toContain(expected);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is no bomb of aliases either', () =>
    expect(faultIn('a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n')?.message).toContain('anchor'));
});

describe('a file of keys', () => {
  it.each(['', '\n# a comment\n', '---\n', '~'])('%j has none', (content) => {
    expect(faultIn(content)).toBeUndefined();
    expect(readYamlFile('w.yaml', directory).root).toBeUndefined();
  });

  it('tells the line of each', () => {
    writeFileSync(join(directory, 'w.yaml'), 'a: |\n  x\n  y\nb:\n  c: 1\n');
    const { root, lineAt } = readYamlFile('w.yaml', directory);
    expect(root!.items.map(({ key }) => lineAt(key.range[0]))).toEqual([1, 4]);
  });
});

import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  Composer,
  CST,
  type Document,
  isMap,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLMap,
} from 'yaml';

const MAX_BYTES = 1_048_576;
/** Of the parser's stack. A setting needs six; what follows recurses, and 100,000 brackets would end the process. */
const DEEPEST = 24;
/** A key with its value has seven. Some texts take the parser a time that grows with the square of their number. */
const MOST_LEXEMES = 50_000;

const WITH_QUOTES = 'expected quotes around a text that begins so';
const REFUSED_TOKENS: Readonly<Record<string, string>> = {
  alias: `an alias (*) stands here: ${WITH_QUOTES}`,
  anchor: `an anchor (&) stands here: ${WITH_QUOTES}`,
  tag: `a tag (!) stands here: ${WITH_QUOTES}`,
  'directive-line': `a directive (%) stands here: ${WITH_QUOTES}`,
};

const UNFINISHED = 'expected a colon and a blank behind each key, and an end for each quote and bracket';
/** In our own words, by the parser's code: its own quote what may be a password. */
const FAULTS: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: String.raw`a backslash in double quotes begins no escape: expected \\ for itself, or single quotes`,
  BAD_INDENT:
    'the indentation does not fit, or a bracket or a quote has no end: expected keys of one section straight below each other',
  BAD_SCALAR_START: 'a text begins with a character such as @, ` or %: expected quotes around it',
  BLOCK_AS_IMPLICIT_KEY:
    'there is a second colon: expected quotes around a text with a colon and a blank, and the next key straight below',
  MISSING_CHAR: `something is missing: ${UNFINISHED}`,
  MULTILINE_IMPLICIT_KEY: `something is missing: ${UNFINISHED}`,
  TAB_AS_INDENT: 'a tab indents: expected blanks',
};

/** What is wrong with the file as a whole; `line` counts from 1, where it is known. */
export class YamlFileError extends Error {
  constructor(
    message: string,
    readonly line?: number,
  ) {
    super(message);
    this.name = 'YamlFileError';
  }
}

export interface YamlFile {
  /** undefined: there is nothing in it but comments. */
  readonly root: YAMLMap.Parsed | undefined;
  /** @param offset of a node, in characters */
  lineAt(offset: number): number;
}

/**
 * Reads a file of keys and values, in YAML 1.2. Scalars keep their texts (`source`). Whether a key is there twice, the caller
 * finds out.
 *
 * @throws YamlFileError whose message goes on after the file's name, and shows nothing of what the file holds
 */
export function readYamlFile(path: string, directory: string): YamlFile {
  const text = textOf(resolve(directory, path));
  const lineAt = linesOf(text);
  const root = parse(text, lineAt).contents;
  if (root === null || isMap(root)) return { root: root ?? undefined, lineAt };
  const isEmpty = 'value' in root && root.value === null;
  if (isEmpty) return { root: undefined, lineAt };
  throw new YamlFileError(
    'there is something else than keys: expected keys with values, such as server_port: 8080',
    lineAt(root.range[0]),
  );
}

/** From an offset in the text to its line. */
function linesOf(text: string): (offset: number) => number {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  return (offset) => counter.linePos(offset).line;
}

function textOf(path: string): string {
  let bytes: Buffer;
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new YamlFileError('is a directory: expected a YAML file');
    // It is read more than once, and a pipe would be empty by then.
    if (!stats.isFile()) throw new YamlFileError('is no regular file: expected a YAML file');
    if (stats.size > MAX_BYTES) {
      throw new YamlFileError(
        `has ${stats.size} bytes: expected a YAML file of 1 MiB (${MAX_BYTES}) at most`,
      );
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof YamlFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new YamlFileError(
      code === 'ENOENT'
        ? 'is not there: expected the YAML file that --config or CONFIG_FILE names'
        : `cannot be read (${code}): expected a YAML file`,
    );
  }
  if (!isUtf8(bytes))
    throw new YamlFileError(
      'there is a byte that is not UTF-8: expected a YAML file in UTF-8',
      lineOfWrong(bytes),
    );
  return bytes.toString('utf8');
}

function lineOfWrong(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  return linesOf(text)(text.indexOf('\u{FFFD}'));
}

function parse(text: string, lineAt: (offset: number) => number): Document.Parsed<ParsedNode> {
  const composer = new Composer<ParsedNode>({ schema: 'core', uniqueKeys: false, prettyErrors: false });
  const documents = composer.compose(tokensOf(text, lineAt), true, text.length);
  const document = documents.next().value!;
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    throw new YamlFileError(FAULTS[error.code] ?? `this is no YAML: ${UNFINISHED}`, lineAt(error.pos[0]));
  }
  if (documents.next().done !== true) {
    throw new YamlFileError('a second document begins: expected one', lineAt(document.range[2]));
  }
  return document;
}

/** The tokens of the text, which are not nested deeper than a setting may be, and mean no more than what stands there. */
function tokensOf(text: string, lineAt: (offset: number) => number): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let isText = false;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    const refused = isText ? undefined : REFUSED_TOKENS[CST.tokenType(lexeme) ?? ''];
    if (refused !== undefined) throw new YamlFileError(refused, lineAt(offset));
    isText = lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (++count > MOST_LEXEMES) {
      throw new YamlFileError('there is too much: expected 5,000 keys and values at most', lineAt(offset));
    }
    if (parser.stack.length > DEEPEST) {
      throw new YamlFileError(
        'there are too many levels: expected a section, a key and a value',
        lineAt(offset),
      );
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

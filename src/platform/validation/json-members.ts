import { isUtf8 } from 'node:buffer';
import { behindBlanks, CHAR, isBlank, syntaxFault } from './json-syntax.js';

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** The members of a JSON object, each text as it came and without the blanks around it. */
export interface JsonMembers {
  /** Of a name that stands there twice the first. */
  readonly byName: ReadonlyMap<string, Buffer>;
  /** The names that stand there twice. */
  readonly duplicates: ReadonlySet<string>;
  /** Whether there are more than were asked for; those are in neither. */
  readonly hasMore: boolean;
}

/**
 * What keeps bytes from being a JSON text (RFC 8259) in UTF-8 that may be kept as it is, to the byte: also a byte order mark,
 * which {@link membersOf} would not know. Never throws.
 *
 * @param maxDepth lists and objects may stand in each other so deep
 * @returns what is wrong, for its sender; undefined when nothing is
 */
export function faultOfJson(bytes: Buffer, maxDepth: number): string | undefined {
  if (bytes.length === 0) return 'must be JSON, not an empty value';
  if (!isUtf8(bytes)) return 'must be UTF-8';
  if (bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
    return 'must not begin with a byte order mark';
  }
  const fault = syntaxFault(bytes, maxDepth);
  if (fault === 'depth') return `must not be nested deeper than ${maxDepth}`;
  return fault && 'must be JSON';
}

/**
 * @param text JSON in which {@link faultOfJson} has found no fault
 * @param maxMembers so many are looked at
 * @returns undefined for what is no object
 */
export function membersOf(text: Buffer, maxMembers: number): JsonMembers | undefined {
  let at = behindBlanks(text, 0);
  if (text[at] !== CHAR.openObject) return undefined;
  const byName = new Map<string, Buffer>();
  const duplicates = new Set<string>();
  at = behindBlanks(text, at + 1);
  for (let left = maxMembers; text[at] !== CHAR.closeObject; left--) {
    if (left === 0) return { byName, duplicates, hasMore: true };
    const nameEnd = behindText(text, at);
    const name = decodeText(text.subarray(at, nameEnd));
    const colon = behindBlanks(text, nameEnd);
    const start = behindBlanks(text, colon + 1);
    const end = behindValue(text, start);
    if (byName.has(name)) duplicates.add(name);
    else byName.set(name, text.subarray(start, end));
    at = behindBlanks(text, end);
    if (text[at] === CHAR.comma) at = behindBlanks(text, at + 1);
  }
  return { byName, duplicates, hasMore: false };
}

function decodeText(quoted: Buffer): string {
  return quoted.includes(CHAR.backslash)
    ? (JSON.parse(quoted.toString()) as string)
    : quoted.toString('utf8', 1, quoted.length - 1);
}

/** @param start its first quote */
function behindText(text: Buffer, start: number): number {
  let at = start + 1;
  while (text[at] !== CHAR.quote) at += text[at] === CHAR.backslash ? 2 : 1;
  return at + 1;
}

function behindValue(text: Buffer, start: number): number {
  const first = text[start];
  if (first === CHAR.quote) return behindText(text, start);
  const isNested = first === CHAR.openObject || first === CHAR.openList;
  return isNested ? behindBrackets(text, start) : behindWord(text, start);
}

/** A list or an object, with all that stands in it. */
function behindBrackets(text: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const char = text[at];
    if (char === CHAR.quote) {
      at = behindText(text, at);
      continue;
    }
    if (char === CHAR.openObject || char === CHAR.openList) depth++;
    else if (char === CHAR.closeObject || char === CHAR.closeList) depth--;
    at++;
  } while (depth > 0);
  return at;
}

/** A number, true, false or null. */
function behindWord(text: Buffer, start: number): number {
  let at = start;
  while (at < text.length && !isBlank(text[at]) && text[at] !== CHAR.comma && text[at] !== CHAR.closeObject)
    at++;
  return at;
}

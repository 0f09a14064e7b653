/** Characters of JSON by their codes; in UTF-8 no byte of another character is one of them. */
export const CHAR = {
  tab: 0x09,
  lineFeed: 0x0a,
  return: 0x0d,
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  e: 0x65,
  u: 0x75,
  openObject: 0x7b,
  closeObject: 0x7d,
};

const bytesOf = (text: string): ReadonlySet<number | undefined> => new Set(Buffer.from(text));
const ESCAPED = bytesOf('"\\/bfnrt');
const HEXADECIMAL = bytesOf('0123456789abcdefABCDEF');
const HEXADECIMAL_DIGITS = 4;
const WORDS: ReadonlyMap<number | undefined, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);
/** Of 'E' makes 'e'. */
const LOWER_CASE = 0x20;

/** Where nothing stands that was looked for. */
const NOWHERE = -1;

/**
 * What is wrong with bytes as a JSON text (RFC 8259, the grammar of JSON.parse), which are known to be UTF-8. It makes no values:
 * JSON.parse takes up to half a second a megabyte for objects that it has to make, and this reads each byte once.
 *
 * @param maxDepth lists and objects may stand in each other so deep
 */
export function syntaxFault(bytes: Buffer, maxDepth: number): 'syntax' | 'depth' | undefined {
  /** What closes each of those that are open. */
  const closing = new Uint8Array(maxDepth);
  let depth = 0;
  let at = 0;
  for (;;) {
    at = behindBlanks(bytes, at);
    const first = bytes[at];
    if (first === CHAR.openObject || first === CHAR.openList) {
      if (depth === maxDepth) return 'depth';
      const isObject = first === CHAR.openObject;
      closing[depth] = isObject ? CHAR.closeObject : CHAR.closeList;
      at = behindBlanks(bytes, at + 1);
      if (bytes[at] !== closing[depth]) {
        depth++;
        if (isObject) at = behindName(bytes, at);
        if (at === NOWHERE) return 'syntax';
        continue;
      }
      at++;
    } else {
      at = behindScalar(bytes, at);
      if (at === NOWHERE) return 'syntax';
    }
    for (at = behindBlanks(bytes, at); depth > 0 && bytes[at] === closing[depth - 1]; depth--) {
      at = behindBlanks(bytes, at + 1);
    }
    if (depth === 0) return at === bytes.length ? undefined : 'syntax';
    if (bytes[at] !== CHAR.comma) return 'syntax';
    at++;
    if (closing[depth - 1] === CHAR.closeObject) at = behindName(bytes, behindBlanks(bytes, at));
    if (at === NOWHERE) return 'syntax';
  }
}

export function behindBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (isBlank(bytes[at])) at++;
  return at;
}

export function isBlank(char: number | undefined): boolean {
  return char === CHAR.space || char === CHAR.lineFeed || char === CHAR.return || char === CHAR.tab;
}

/** A member's name, and the colon. */
function behindName(bytes: Buffer, start: number): number {
  if (bytes[start] !== CHAR.quote) return NOWHERE;
  const end = behindText(bytes, start);
  if (end === NOWHERE) return NOWHERE;
  const colon = behindBlanks(bytes, end);
  return bytes[colon] === CHAR.colon ? colon + 1 : NOWHERE;
}

function behindScalar(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === CHAR.quote) return behindText(bytes, start);
  if (first === CHAR.minus || isDigit(first)) return behindNumber(bytes, start);
  const word = WORDS.get(first);
  if (word === undefined) return NOWHERE;
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return NOWHERE;
  return start + word.length;
}

/** @param start its first quote */
function behindText(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const char = bytes[at]!;
    if (char === CHAR.quote) return at + 1;
    if (char < CHAR.space) return NOWHERE;
    if (char !== CHAR.backslash) continue;
    at++;
    if (bytes[at] === CHAR.u) {
      for (let digit = 0; digit < HEXADECIMAL_DIGITS; digit++)
        if (!HEXADECIMAL.has(bytes[++at])) return NOWHERE;
    } else if (!ESCAPED.has(bytes[at])) return NOWHERE;
  }
  return NOWHERE;
}

function behindNumber(bytes: Buffer, start: number): number {
  let at = bytes[start] === CHAR.minus ? start + 1 : start;
  at = bytes[at] === CHAR.zero ? at + 1 : behindDigits(bytes, at);
  if (at !== NOWHERE && bytes[at] === CHAR.point) at = behindDigits(bytes, at + 1);
  if (at === NOWHERE || (bytes[at]! | LOWER_CASE) !== CHAR.e) return at;
  const sign = bytes[at + 1];
  return behindDigits(bytes, sign === CHAR.plus || sign === CHAR.minus ? at + 2 : at + 1);
}

/** At least one. */
function behindDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at === start ? NOWHERE : at;
}

const isDigit = (char: number | undefined): boolean =>
  char !== undefined && char >= CHAR.zero && char <= CHAR.nine;

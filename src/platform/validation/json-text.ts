import { randomUUID } from 'node:crypto';

/** A model is nested a few levels deep; senders that are newer than we are may nest what we do not know. */
export const MAX_DEPTH = 64;

/** What {@link parseJson} puts in the place of a number that its value would not be. */
const ALTERED_NUMBER = '\0';
const MAX_NUMBER_CHARACTERS = 64;

/**
 * A number with a fraction or an exponent in a list or an object, or what looks like one within a text; the seconds of a
 * time do not. Without one, no number is altered.
 */
const SUSPICIOUS_NUMBER = /[\s:,[]-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)\s*[,}\]]/;
/** As encoders write doubles that are no numbers, for which JSON has no way; as a value, not as a name. */
const NON_NUMBER = /-?(?:NaN|Infinity)(?=\s*(?:[,\]}]|$))/g;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const FRACTION_OR_EXPONENT = /[.eE]/;
/** The fewest digits of a whole number that a double may not hold. */
const MANY_DIGITS = /\d{16}/;
/** Those of the longest number of 64 bits, and its sign. */
const MAX_LONG_CHARACTERS = 20;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Characters by their codes. */
const CHAR = {
  quote: 0x22,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
};

export interface JsonNumbers {
  /**
   * Whether all numbers are read as integers of 64 bits (Avro's long, PostgreSQL's bigint): one that a double does not hold
   * comes as a bigint, and one with a fraction or an exponent is marked as an altered one is, 1e3 and 1.0 too.
   */
  readonly areLongs?: boolean;
}

/**
 * JSON.parse that neither nests without an end, which takes half a second a megabyte, nor alters a number unseen:
 * 9007199254740990.5 and 1e-400 are whole numbers for JavaScript. In the place of such a number stands a text that no
 * field takes, and {@link alteredNumber} tells it from others. Usual texts pay for two short searches.
 *
 * @throws SyntaxError when it is no JSON, RangeError when it is nested deeper than {@link MAX_DEPTH}
 */
export function parseJson(text: string, { areLongs = false }: JsonNumbers = {}): unknown {
  if (opensOften(text) && depthOf(text) > MAX_DEPTH) {
    throw new RangeError(`must not be nested deeper than ${MAX_DEPTH}`);
  }
  const value: unknown = JSON.parse(text);
  const isSuspicious = SUSPICIOUS_NUMBER.test(text) || (areLongs && MANY_DIGITS.test(text));
  if (!isSuspicious) return value;
  if (areLongs) return parseLongs(text);
  const marked = withNumbersMarked(text, (number) => (isAltered(number) ? alteredMark(number) : undefined));
  return marked === text ? value : JSON.parse(marked);
}

/** @param text valid JSON */
function parseLongs(text: string): unknown {
  // Nobody can write it into a text.
  const longMark = randomUUID();
  const marked = withNumbersMarked(text, (number) => {
    if (FRACTION_OR_EXPONENT.test(number)) return alteredMark(number);
    if (Number.isSafeInteger(Number(number))) return undefined;
    // A longer one is none, and making a bigint of a million digits takes its time.
    return number.length > MAX_LONG_CHARACTERS ? alteredMark(number) : longMark + number;
  });
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(longMark) ? BigInt(value.slice(longMark.length)) : value,
  );
}

function alteredMark(number: string): string {
  const isLong = number.length > MAX_NUMBER_CHARACTERS;
  return ALTERED_NUMBER + (isLong ? `${number.slice(0, MAX_NUMBER_CHARACTERS)}…` : number);
}

/**
 * What is JSON but for NaN and Infinity, which some encoders write: in their place stands what {@link alteredNumber} tells
 * from others, so that the fields that they stand in can be named. Undefined where that is not what is wrong with it.
 */
export function parseNonNumbers(text: string): unknown {
  const marked = withNonNumbersMarked(text);
  if (marked === text) return undefined;
  try {
    return parseJson(marked);
  } catch {
    return undefined;
  }
}

/** The number that a value stands for which {@link parseJson} put in its place, as it was written. */
export function alteredNumber(value: string): string | undefined {
  const written = value.slice(1);
  return value.startsWith(ALTERED_NUMBER) && /^-?(?:\d[\d.eE+-]*…?|NaN|Infinity)$/.test(written)
    ? written
    : undefined;
}

/** Whether there are as many brackets as it takes to be nested too deep, within texts or not. */
function opensOften(text: string): boolean {
  let left = MAX_DEPTH;
  for (const bracket of '[{') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true;
    }
  }
  return false;
}

/** How deep a text is nested; no further than to where it is too deep. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= MAX_DEPTH; at++) {
    const char = text.charCodeAt(at);
    if (char === CHAR.quote) at = endOfText(text, at);
    else if (char === CHAR.openList || char === CHAR.openObject) deepest = Math.max(deepest, ++depth);
    else if (char === CHAR.closeList || char === CHAR.closeObject) depth--;
  }
  return deepest;
}

/**
 * @param text valid JSON
 * @param markOf the text that is to stand in the place of a number; undefined where it is to stay
 */
function withNumbersMarked(text: string, markOf: (number: string) => string | undefined): string {
  let marked = '';
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === CHAR.quote) at = endOfText(text, at);
    else if (char === CHAR.minus || (char >= CHAR.zero && char <= CHAR.nine)) {
      NUMBER.lastIndex = at;
      const [number] = NUMBER.exec(text) ?? [''];
      const mark = markOf(number);
      if (mark !== undefined) {
        marked += text.slice(done, at) + JSON.stringify(mark);
        done = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return marked + text.slice(done);
}

function withNonNumbersMarked(text: string): string {
  let marked = '';
  let done = 0;
  let at = 0;
  for (const { index, 0: written } of text.matchAll(NON_NUMBER)) {
    // Within a text they are letters.
    for (at = Math.max(at, done); at < index; at++) {
      if (text.charCodeAt(at) === CHAR.quote) at = endOfText(text, at);
    }
    if (at > index) continue;
    marked += text.slice(done, index) + JSON.stringify(ALTERED_NUMBER + written);
    done = index + written.length;
  }
  return marked + text.slice(done);
}

/** Where the text that begins with the quote at `start` ends: at its other quote, or with all. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === CHAR.backslash) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether a number is whole for JavaScript and is not: below 2^53 each whole number is exactly itself. */
function isAltered(number: string): boolean {
  if (!FRACTION_OR_EXPONENT.test(number)) return false;
  if (!Number.isSafeInteger(Number(number))) return false;
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(number) ?? [];
  const digits = whole + fraction;
  if (/^0*$/.test(digits)) return false;
  // Not by a pattern, which would begin anew at each of a million zeros.
  let zerosAtEnd = 0;
  while (digits.charCodeAt(digits.length - 1 - zerosAtEnd) === CHAR.zero) zerosAtEnd++;
  return Number(exponent) - fraction.length + zerosAtEnd < 0;
}

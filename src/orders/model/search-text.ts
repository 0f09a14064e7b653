/** Beyond this a text is cut: an index takes no key of any length, and nobody types as much. */
export const MAX_TERM_CHARACTERS = 128;
/** Of a name, which has no bound of its own; the rest of a longer one is not looked at. */
const MAX_NAME_CHARACTERS = 256;
/** A number of ITU-T E.164 has 15 digits; with an extension behind it, a few more. */
const MAX_PHONE_DIGITS = 32;
/** Fewer would be the end of too many numbers. */
export const MIN_PHONE_DIGITS = 6;

const ONLY_ASCII = /^[\x20-\x7e]*$/;
/** As most texts are that are searched: nothing of them but their case has to be looked at. */
const ASCII_WITHOUT_BLANKS = /^[\x21-\x7e]{0,128}$/;
/** Accents of Latin, Greek and Cyrillic letters. Marks of other scripts tell words apart. */
const ACCENTS = /[\u0300-\u036f]/g;
const BLANKS = /\s+/g;
/** Such as the marks of direction that are copied along with a number. */
export const INVISIBLE = /\p{Cf}/gu;
const FOREIGN_DIGITS = /(?![0-9])\p{Nd}/gu;
const APOSTROPHES = /['`´ʼ‘’]/g;
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/u;

/** @returns its first characters: cut between two characters, never within one. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const isWithinPair = /[\ud800-\udbff]/.test(text[characters - 1]!);
  return text.slice(0, isWithinPair ? characters - 1 : characters);
}

function withoutCase(text: string): string {
  // Capitals, since there is one for `ς` and `σ`, and two for `ß`.
  if (ONLY_ASCII.test(text)) return text.toUpperCase();
  const bare = text.normalize('NFKD').replace(INVISIBLE, '').replace(ACCENTS, '');
  return bare.toUpperCase().normalize('NFKC');
}

/** What a text has in common with all other spellings of it: no accents, no small letters, single blanks. */
export function folded(text: string): string {
  if (ASCII_WITHOUT_BLANKS.test(text)) return text.toUpperCase();
  return cut(withoutCase(cut(text, MAX_TERM_CHARACTERS)).replace(BLANKS, ' ').trim(), MAX_TERM_CHARACTERS);
}

/** The words of a name, folded, in their order. */
export function wordsOf(name: string): string[] {
  return withoutCase(cut(name, MAX_NAME_CHARACTERS).replace(APOSTROPHES, ''))
    .split(NO_WORD)
    .filter((word) => word !== '');
}

/** With the digits 0 to 9 in the place of those of any script, and letters and signs of usual width. */
export function plainOf(text: string): string {
  return ONLY_ASCII.test(text) ? text : text.normalize('NFKC').replace(FOREIGN_DIGITS, plainDigit);
}

/** The ten digits of a script stand in a row, of which the first is its zero. */
function plainDigit(digit: string): string {
  const place = digit.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(place - value - 1))) value++;
  return String(value);
}

/** The digits of a phone number, in their order. */
export function digitsOf(phone: string): string {
  return plainOf(phone)
    .replace(/[^0-9]+/g, '')
    .slice(-MAX_PHONE_DIGITS);
}

/** `+972 (0)52` is dialled as `+972 52` from abroad, and as `052` within the country. */
export const withoutTrunkZero = (phone: string): string => phone.replace(/\(\s*0\s*\)/g, '');

/** Without the zeros that lead out of a town or a country: some write them, and some a `+` or nothing. */
export const withoutZeros = (digits: string): string => digits.replace(/^0+/, '');

/** From its end on, so that the end of a number is the beginning of a term. */
export function backwards(digits: string): string {
  let turned = '';
  for (let place = digits.length - 1; place >= 0; place--) turned += digits[place]!;
  return turned;
}

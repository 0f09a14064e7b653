import { SEARCH_FIELDS, type SearchField, type SearchTerms } from './search-terms.js';
import {
  backwards,
  digitsOf,
  folded,
  INVISIBLE,
  MIN_PHONE_DIGITS,
  plainOf,
  withoutTrunkZero,
  withoutZeros,
  wordsOf,
} from './search-text.js';

export const MIN_CHARACTERS = 3;
export const MAX_CHARACTERS = 200;
/** Nobody has a longer name, and each costs a comparison with each name that is looked at. */
const MAX_NAME_WORDS = 8;

/** Terms of a field that answer a question. */
export interface Lookup {
  readonly field: SearchField;
  /** What they begin with. */
  readonly from: string;
  /** Whether they have to end there, too. */
  readonly isWhole: boolean;
  /** Those that are what was typed, and do not begin with it alone. */
  readonly exact: 'all' | readonly string[];
  /** Words that begin somewhere in them; only of names. */
  readonly words: readonly string[];
}

/** What somebody has typed, or pasted, and what may be meant by it. */
export interface SearchQuestion {
  /** Without quotes and line ends. */
  readonly text: string;
  /** At least one. */
  readonly lookups: readonly Lookup[];
}

/** Those of all scripts, what is typed in their place, and what addresses are put between. */
const QUOTES = '\\p{Quotation_Mark}`´′″❛-❞<>';
const AROUND = new RegExp(`^[\\s${QUOTES}]+|[\\s${QUOTES},;]+$`, 'gu');
const BLANKS = /[\s\p{Cc}]+/gu;
const AN_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** With the dashes, dots and slashes of any script between its digits. */
const A_PHONE = /^(tel:)?[+0-9\s()[\].·/⁄∕\p{Pd}−]+$/iu;
const FROM_ABROAD = /^(tel:)?\s*(\+|00)/i;
/** As mail programs copy it: `Ann Levi <ann@example.com>`. */
const ADDRESS_OF_A_NAME = /<([^<>\s]+@[^<>\s]+)>?$/;
/** Digits of a number with its country, of those that also dial an 8 instead of it: Russia and Kazakhstan. */
const DIGITS_WITH_7_OR_8 = 11;
/** Of the country, which the number that is stored may have left out. */
const MAX_COUNTRY_DIGITS = 3;
const MIN_NATIONAL_DIGITS = 7;

/**
 * What is asked for by what was typed.
 *
 * @returns undefined for what has less than {@link MIN_CHARACTERS} or more than {@link MAX_CHARACTERS}, quotes and blanks
 *   around it not counted, or no letter and no digit
 */
export function questionOf(typed: string): SearchQuestion | undefined {
  if (typed.length > 2 * MAX_CHARACTERS) return undefined;
  const visible = typed.normalize('NFC').replace(INVISIBLE, '').replace(BLANKS, ' ');
  const text = visible.replace(AROUND, '').toWellFormed();
  const characters = [...text].length;
  if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS || !/[\p{L}\p{N}]/u.test(text)) {
    return undefined;
  }
  return { text, lookups: lookupsOf(text) };
}

const beginning = (field: SearchField, from: string): Lookup => {
  return { field, from, isWhole: false, exact: [from], words: [] };
};

function lookupsOf(text: string): Lookup[] {
  const term = folded(text);
  const plain = plainOf(text);
  const isPhone = A_PHONE.test(plain);
  return [
    ...(AN_ID.test(plain) ? [beginning('order_uid', plain.toLowerCase())] : []),
    beginning('track_number', term),
    ...(isPhone ? [] : lookupsOfParts(plain)),
    beginning('customer_id', term),
    ...emailLookups(folded(ADDRESS_OF_A_NAME.exec(text)?.[1] ?? text)),
    ...(isPhone ? phoneLookups(plain) : []),
    ...(text.includes('@') ? [] : nameLookups(wordsOf(text))),
  ];
}

/** An id or a track number that a line end, or whoever wrote it down, has taken apart. */
function lookupsOfParts(plain: string): Lookup[] {
  const joined = plain.replaceAll(' ', '');
  if (joined === plain || !AN_ID.test(joined) || !/[0-9]/.test(joined)) return [];
  return [beginning('order_uid', joined.toLowerCase()), beginning('track_number', folded(joined))];
}

/** All before the `@` is as good as the whole address: people leave the rest out. */
function emailLookups(term: string): Lookup[] {
  if (term.includes(' ')) return [];
  const lookup = beginning('email', term.replace(/^MAILTO:/, ''));
  return term.includes('@') ? [lookup] : [{ ...lookup, from: `${term}@`, exact: 'all' }, lookup];
}

function phoneLookups(plain: string): Lookup[] {
  return numbersOf(plain).flatMap(numberLookups);
}

/** The digits as they were typed, and without a zero that is not dialled from abroad, with brackets around it or not. */
function numbersOf(plain: string): string[] {
  const typed = digitsOf(plain);
  const numbers = new Set([typed, digitsOf(withoutTrunkZero(plain))]);
  const dialled = withoutZeros(typed);
  for (let digits = 1; FROM_ABROAD.test(plain) && digits <= MAX_COUNTRY_DIGITS; digits++) {
    if (dialled[digits] === '0') numbers.add(dialled.slice(0, digits) + withoutZeros(dialled.slice(digits)));
  }
  return [...numbers];
}

/** Zeros in front are those of a country or a town, or they belong to the end of a number. */
function numberLookups(typed: string): Lookup[] {
  const digits = withoutZeros(typed);
  const ends = [...new Set([typed, digits])].filter((end) => end.length >= MIN_PHONE_DIGITS);
  if (digits.length === DIGITS_WITH_7_OR_8 && /^[78]/.test(digits)) {
    const rest = backwards(digits.slice(1));
    return [{ ...beginning('phone', rest), exact: [rest, `${rest}7`, `${rest}8`] }];
  }
  const withoutCountry = Array.from({ length: MAX_COUNTRY_DIGITS }, (_, index) =>
    withoutZeros(digits.slice(index + 1)),
  ).filter((rest) => rest.length >= MIN_NATIONAL_DIGITS);
  return [
    ...ends.map((end) => beginning('phone', backwards(end))),
    ...withoutCountry.map((rest): Lookup => ({
      ...beginning('phone', backwards(rest)),
      isWhole: true,
      exact: [],
    })),
  ];
}

/**
 * The words as they were typed, and two of them also the other way round, find what they stand in a row in, however many share
 * the first. Any other order, and words that are not typed to their ends, are found beneath the longest of them.
 */
function nameLookups(words: readonly string[]): Lookup[] {
  if (words.length === 0 || words.length > MAX_NAME_WORDS || !/\p{L}/u.test(words.join(''))) return [];
  const typed = beginning('name', words.join(' '));
  if (words.length === 1) return [typed];
  const turned = words.length === 2 ? [beginning('name', words.toReversed().join(' '))] : [];
  const longest = words.toSorted((a, b) => b.length - a.length)[0]!;
  return [typed, ...turned, { ...beginning('name', longest), exact: [], words }];
}

/** How an order answers a question. */
export interface Match {
  readonly field: SearchField;
  /** Whether all of the text was typed, and not its beginning alone. */
  readonly isExact: boolean;
}

/** A match with the term that it is by. */
export type TermMatch = Match & { readonly term: string };

/** The best way in which an order with these terms answers a question; undefined for one that does not. */
export function matchOf({ lookups }: SearchQuestion, terms: SearchTerms): TermMatch | undefined {
  const matches = lookups.flatMap((lookup) => {
    const fitting = terms[lookup.field].filter((term) => fits(lookup, term));
    return fitting.map((term) => ({ field: lookup.field, isExact: isExact(lookup, term), term }));
  });
  return matches.toSorted(byRank)[0];
}

/** The better one first. */
export function byRank(a: Match, b: Match): number {
  return (
    Number(b.isExact) - Number(a.isExact) || SEARCH_FIELDS.indexOf(a.field) - SEARCH_FIELDS.indexOf(b.field)
  );
}

/** @param term one that answers the lookup */
export function isExact({ exact, words }: Lookup, term: string): boolean {
  if (exact === 'all' || exact.includes(term)) return true;
  // No other words than those that were asked for, in whichever order.
  return words.length > 0 && sortedWords(term.split(' ')) === sortedWords(words);
}

const sortedWords = (words: readonly string[]): string => words.toSorted().join(' ');

function fits({ from, isWhole, words }: Lookup, term: string): boolean {
  if (isWhole ? term !== from : !term.startsWith(from)) return false;
  return words.length === 0 || haveBeginnings(term.split(' '), words);
}

/** Whether each of the beginnings is that of another word. */
function haveBeginnings(words: readonly string[], beginnings: readonly string[]): boolean {
  const left = [...words];
  // The longest first: what it fits, shorter ones fit too.
  return beginnings
    .toSorted((a, b) => b.length - a.length)
    .every((one) => {
      const place = left.findIndex((word) => word.startsWith(one));
      if (place >= 0) left.splice(place, 1);
      return place >= 0;
    });
}

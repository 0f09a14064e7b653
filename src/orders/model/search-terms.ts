import type { Order } from './order.js';
import {
  backwards,
  cut,
  folded,
  MAX_TERM_CHARACTERS,
  MIN_PHONE_DIGITS,
  digitsOf,
  plainOf,
  withoutTrunkZero,
  withoutZeros,
  wordsOf,
} from './search-text.js';

/** What of an order can be searched for, in the order in which answers list it. */
export const SEARCH_FIELDS = ['order_uid', 'track_number', 'customer_id', 'email', 'phone', 'name'] as const;
export type SearchField = (typeof SEARCH_FIELDS)[number];

/** The texts that are searched, as they stand in an order. */
export type SearchedTexts = Readonly<Record<SearchField, string>> & {
  /** Those of its items that are not its own, each once, {@link MAX_ITEM_TRACKS} at most: an order may come in several parcels. */
  readonly item_tracks: readonly string[];
};

/** Of a field, the terms that its text is found by: each by its beginning. */
export type SearchTerms = Readonly<Record<SearchField, readonly string[]>>;

/** A name is found by each of its longest words. */
export const MAX_NAME_TERMS = 4;
/** Track numbers that an order is found by besides its own; by those of further parcels it is not. */
export const MAX_ITEM_TRACKS = 5;

export function searchedTexts(order: Order): SearchedTexts {
  const { order_uid, track_number, customer_id, delivery } = order;
  const { email, phone, name } = delivery;
  return { order_uid, track_number, item_tracks: itemTracks(order), customer_id, email, phone, name };
}

function itemTracks({ track_number: own, items }: Order): string[] {
  const others = new Set<string>();
  for (const { track_number } of items) {
    if (track_number !== own) others.add(track_number);
    if (others.size === MAX_ITEM_TRACKS) break;
  }
  return [...others];
}

/** An empty text, such as the customer of a guest's order, has no terms. */
export function searchTermsOf(texts: SearchedTexts): SearchTerms {
  return {
    order_uid: uidTerms(texts.order_uid),
    track_number: trackTerms(texts),
    customer_id: textTerms(texts.customer_id),
    email: textTerms(texts.email),
    phone: phoneTerms(texts.phone),
    name: nameTerms(wordsOf(texts.name)),
  };
}

/** An id as it is, which the table of terms is sorted by anyhow; and in small letters, where it has others. */
function uidTerms(orderUid: string): string[] {
  const small = orderUid.toLowerCase();
  return small === orderUid ? [orderUid] : [orderUid, small];
}

function textTerms(text: string): string[] {
  const term = folded(text);
  return term === '' ? [] : [term];
}

/** Most orders have one track number, and one term. */
function trackTerms({ track_number, item_tracks }: SearchedTexts): readonly string[] {
  if (item_tracks.length === 0) return textTerms(track_number);
  return [...new Set([track_number, ...item_tracks].flatMap(textTerms))];
}

/** The text that a term is of, as the order has it. */
export function textOfTerm(texts: SearchedTexts, field: SearchField, term: string): string {
  if (field !== 'track_number') return texts[field];
  return texts.item_tracks.find((track) => folded(track) === term) ?? texts.track_number;
}

function phoneTerms(phone: string): string[] {
  const digits = withoutZeros(digitsOf(withoutTrunkZero(plainOf(phone))));
  return digits.length < MIN_PHONE_DIGITS ? [] : [backwards(digits)];
}

/** All words of a name, from each of its longest on, and around: `ANNA MARIA LEVI`, `MARIA LEVI ANNA` and `LEVI ANNA MARIA`. */
function nameTerms(words: readonly string[]): string[] {
  const terms = new Set<string>();
  for (const first of placesOfLongest(words)) {
    terms.add(cut([...words.slice(first), ...words.slice(0, first)].join(' '), MAX_TERM_CHARACTERS));
  }
  return [...terms];
}

function placesOfLongest(words: readonly string[]): Iterable<number> {
  if (words.length <= MAX_NAME_TERMS) return words.keys();
  return [...words.keys()]
    .toSorted((a, b) => words[b]!.length - words[a]!.length)
    .slice(0, MAX_NAME_TERMS)
    .toSorted((a, b) => a - b);
}

import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Lookup } from '../model/search-question.js';
import type { SearchedTexts } from '../model/search-terms.js';
import { FIELDS_OF_ONE_TERM, NEWEST_BY_TERM, NEWEST_OF_LATEST, READ_FOUND } from './order-search.sql.js';

/** An order that may answer a question. */
export interface Candidate {
  readonly orderUid: string;
  /** Microseconds since the Unix epoch. */
  readonly receivedAtUs: number;
}

/** A candidate with the texts that it was found by, as the order has them. */
export interface TextCandidate extends Candidate {
  readonly texts: SearchedTexts;
}

/** A candidate by a term of its own. */
export interface TermCandidate extends Candidate {
  readonly term: string;
}

/** What is found among the first terms of a range. */
export interface FirstTerms {
  readonly candidates: readonly TermCandidate[];
  /** Whether terms behind them were not looked at. */
  readonly areMore: boolean;
}

/** An order that was found. */
export interface FoundOrder {
  readonly orderUid: string;
  /** What a list shows of it: JSON. */
  readonly summary: string;
  readonly texts: SearchedTexts;
}

/** With nulls, the one row that there is where nothing was found. */
type TermRow = { readonly terms: number } & (TermCandidate | { readonly orderUid: null });

const hasOrder = (row: TermRow): row is TermRow & TermCandidate => row.orderUid !== null;

/** Different terms of a range that are looked at: what each costs is two steps of an index. */
const MAX_TERMS = 100;
/** Where they have to have other words besides, most are passed over. */
const MAX_TERMS_WITH_WORDS = 500;
/** Behind all texts that begin alike: no character is above it. */
const LAST_CHARACTER = '\u{10ffff}';
const FIRST_CHARACTER = '\u0001';

/** A word has letters, digits and marks only, so that none of them is a wildcard. */
const patternsOf = (words: readonly string[]): string[] => words.map((word) => `% ${word}%`);

/** Searches orders in PostgreSQL. Whatever is asked for, each statement looks at so many rows at most. */
@Injectable()
export class OrderSearchRepository {
  /** The newest {@link MOST_OF_A_RANGE} orders of the terms that a lookup asks for, those with one of its exact terms first. */
  async byTerms(tx: Transaction, lookup: Lookup): Promise<FirstTerms> {
    const { field, from, isWhole, exact, words } = lookup;
    const before = from + (isWhole ? FIRST_CHARACTER : LAST_CHARACTER);
    const maxTerms = words.length > 0 ? MAX_TERMS_WITH_WORDS : MAX_TERMS;
    const parameters = [from, before, maxTerms, patternsOf(words), exact === 'all' ? [] : exact];
    const rows: TermRow[] = await tx.query(NEWEST_BY_TERM[field], parameters);
    return { candidates: rows.filter(hasOrder), areMore: rows[0]!.terms >= maxTerms };
  }

  /** The newest of the orders received last that have a term which one of the lookups asks for. */
  latest(tx: Transaction, lookups: readonly Lookup[]): Promise<TextCandidate[]> {
    const beginnings = FIELDS_OF_ONE_TERM.map((field) => {
      const ofField = lookups.filter((lookup) => lookup.field === field);
      return ofField.length === 0 ? null : ofField.map(({ from }) => from);
    });
    const name = lookups.find(({ field }) => field === 'name');
    const words = name && patternsOf(name.words.length > 0 ? name.words : name.from.split(' '));
    return tx.query(NEWEST_OF_LATEST, [...beginnings, words ?? null]);
  }

  /** Orders by id, in no order; those that are not there are left out. */
  read(tx: Transaction, orderUids: readonly string[]): Promise<FoundOrder[]> {
    return tx.query(READ_FOUND, [orderUids]);
  }
}

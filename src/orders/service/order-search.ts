import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import {
  byRank,
  isExact,
  type Lookup,
  type Match,
  matchOf,
  type SearchQuestion,
} from '../model/search-question.js';
import { SEARCH_FIELDS, type SearchField, searchTermsOf, textOfTerm } from '../model/search-terms.js';
import { type Candidate, OrderSearchRepository } from '../repository/order-search.repository.js';
import { MOST_OF_A_RANGE } from '../repository/order-search.sql.js';

/** One less than are looked for: that one tells whether there are more. */
export const MAX_HITS = MOST_OF_A_RANGE - 1;
/** A statement of a search takes a few milliseconds. Somebody waits, and will sooner ask again than wait longer. */
const STATEMENT_MS = 1_000;
const SEARCH_MS = 2_000;

/** An order that answers a question. */
export interface Hit {
  readonly matched: SearchField;
  /** The text that matched, as the order has it. */
  readonly value: string;
  /** What a list shows of the order: JSON. */
  readonly summary: string;
}

export interface SearchAnswer {
  readonly hits: readonly Hit[];
  /** Whether there are hits beyond these. */
  readonly areMore: boolean;
}

/** An order that may be a hit, by the best of what was found of it. */
type Ranked = Candidate & Match;

/** Finds orders by what people know of them. */
@Injectable()
export class OrderSearch {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderSearchRepository,
  ) {}

  /**
   * The best {@link MAX_HITS} answers: what was typed as a whole before what only begins so, then by field, then the newest
   * received first. Each order is there once.
   *
   * @throws TooBusyError, and what PostgreSQL says of a statement that takes too long, both of which are transient
   */
  find(question: SearchQuestion): Promise<SearchAnswer> {
    const endMs = performance.now() + SEARCH_MS;
    return this.database.transaction(
      async (tx) => {
        const { ranked, areMore } = await this.rank(tx, question, endMs);
        const best = fairly(ranked, MAX_HITS);
        const hits = await this.read(tx, question, best);
        return { hits, areMore: areMore || ranked.length > best.length };
      },
      { statementMs: STATEMENT_MS },
    );
  }

  private async rank(
    tx: Transaction,
    question: SearchQuestion,
    endMs: number,
  ): Promise<{ ranked: Ranked[]; areMore: boolean }> {
    const ranked = new Map<string, Ranked>();
    const add = (candidate: Ranked): void => {
      const known = ranked.get(candidate.orderUid);
      if (known === undefined || byRank(candidate, known) < 0) ranked.set(candidate.orderUid, candidate);
    };
    const unfinished: Lookup[] = [];
    for (const lookup of question.lookups) {
      if (performance.now() > endMs) throw new TooBusyError('a search took too long');
      const { candidates, areMore } = await this.orders.byTerms(tx, lookup);
      for (const { term, ...candidate } of candidates) {
        add({ ...candidate, field: lookup.field, isExact: isExact(lookup, term) });
      }
      if (areMore) unfinished.push(lookup);
    }
    if (unfinished.length > 0) {
      for (const { texts, ...candidate } of await this.orders.latest(tx, unfinished)) {
        const match = matchOf(question, searchTermsOf(texts));
        if (match !== undefined) add({ ...candidate, field: match.field, isExact: match.isExact });
      }
    }
    return { ranked: [...ranked.values()].toSorted(byRankAndTime), areMore: unfinished.length > 0 };
  }

  /** The texts of the order decide: terms may be of a content that was replaced while nobody kept terms. */
  private async read(tx: Transaction, question: SearchQuestion, best: readonly Ranked[]): Promise<Hit[]> {
    if (best.length === 0) return [];
    const found = await this.orders.read(
      tx,
      best.map(({ orderUid }) => orderUid),
    );
    const foundByUid = new Map(found.map((order) => [order.orderUid, order]));
    return best.flatMap(({ orderUid }) => {
      const order = foundByUid.get(orderUid);
      const match = order && matchOf(question, searchTermsOf(order.texts));
      if (order === undefined || match === undefined) return [];
      const value = textOfTerm(order.texts, match.field, match.term);
      return [{ matched: match.field, value, summary: order.summary }];
    });
  }
}

const byRankAndTime = (a: Ranked, b: Ranked): number => byRank(a, b) || b.receivedAtUs - a.receivedAtUs;

/** As many as there are places for: exact ones first, and of the others as many of one field as of another. */
function fairly(ranked: readonly Ranked[], places: number): Ranked[] {
  const exact = ranked.filter((one) => one.isExact).slice(0, places);
  const fewestFirst = SEARCH_FIELDS.map((field) =>
    ranked.filter((one) => !one.isExact && one.field === field),
  )
    .filter((ofField) => ofField.length > 0)
    .toSorted((a, b) => a.length - b.length);
  const chosen = new Set<Ranked>();
  for (const [index, ofField] of fewestFirst.entries()) {
    const share = Math.floor((places - exact.length - chosen.size) / (fewestFirst.length - index));
    for (const one of ofField.slice(0, share)) chosen.add(one);
  }
  return [...exact, ...ranked.filter((one) => chosen.has(one))];
}

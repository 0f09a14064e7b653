import { BatchTable, column, INTEGER, TEXT, TIMESTAMPTZ } from '../../platform/database/batch-table.js';
import {
  type SearchedTexts,
  searchedTexts,
  type SearchField,
  searchTermsOf,
  type SearchTerms,
} from '../model/search-terms.js';
import type { OrderVersion } from './order-tables.js';

/** What a row of `order_search` is made of. */
export interface SearchRow {
  readonly terms: SearchTerms;
  /** Microseconds since the Unix epoch. */
  readonly receivedAtUs: number;
  readonly contentVersion: number;
}

/** Track numbers of an order's items, of which most have none of their own. */
export const ITEM_TRACK_COLUMNS = ['track_2', 'track_3', 'track_4', 'track_5', 'track_6'] as const;

/** The columns that hold the terms of a field, each with an index of its own. */
export const TERM_COLUMNS: Readonly<Record<SearchField, readonly string[]>> = {
  order_uid: ['order_uid', 'small_uid'],
  track_number: ['track_number', ...ITEM_TRACK_COLUMNS],
  customer_id: ['customer_id'],
  email: ['email'],
  phone: ['phone'],
  name: ['name_1', 'name_2', 'name_3', 'name_4'],
};

const term =
  (field: SearchField, place: number) =>
  ({ terms }: SearchRow): string | undefined =>
    terms[field][place];

export const ORDER_SEARCH = new BatchTable<SearchRow>('order_search', [
  ...Object.entries(TERM_COLUMNS).flatMap(([field, columns]) =>
    columns.map((name, place) => column(name, TEXT, term(field as SearchField, place))),
  ),
  column('received_at', TIMESTAMPTZ, (row) => BigInt(row.receivedAtUs)),
  column('content_version', INTEGER, (row) => row.contentVersion),
]);

export function searchRow(
  texts: SearchedTexts,
  stored: Pick<SearchRow, 'receivedAtUs' | 'contentVersion'>,
): SearchRow {
  return { terms: searchTermsOf(texts), ...stored };
}

/** The arrays of new content of orders. */
export function searchArrays(changes: readonly OrderVersion[]): Buffer[] {
  return ORDER_SEARCH.arraysOf(
    changes.map(({ toStore: { order, receivedAtUs }, version }) =>
      searchRow(searchedTexts(order), { receivedAtUs, contentVersion: version }),
    ),
  );
}

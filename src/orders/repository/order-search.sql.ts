import { prepared } from '../../platform/database/prepared-statements.js';
import { MAX_ITEM_TRACKS, SEARCH_FIELDS, type SearchField } from '../model/search-terms.js';
import { ORDER_SEARCH, TERM_COLUMNS } from './order-search-table.js';
import { SUMMARY_COLUMNS } from './stored-orders.sql.js';

const COLUMNS = ORDER_SEARCH.columnNames.join(', ');
const REPLACED = ORDER_SEARCH.columnNames
  .filter((name) => name !== 'order_uid')
  .map((name) => `${name} = excluded.${name}`)
  .join(', ');

/** Of an order that was deleted by hand, terms may have been left. */
const UPSERT = `ON CONFLICT (order_uid) DO UPDATE SET ${REPLACED}`;

/** Writes the terms of new orders. @param parametersBefore how many parameters of the statement stand before the arrays */
export const storeTerms = (parametersBefore: number, rest: string): string => `
  INSERT INTO order_search (${COLUMNS})
  SELECT ${COLUMNS} FROM ${ORDER_SEARCH.unnested('e', parametersBefore)} ${rest} ${UPSERT}`;

/** As {@link storeTerms}, of orders that are replaced: when they were received is kept. */
export const replaceTerms = (parametersBefore: number): string => `
  INSERT INTO order_search (${COLUMNS})
  SELECT ${ORDER_SEARCH.columnNames.map((name) => (name === 'received_at' ? 'o.received_at' : `e.${name}`)).join(', ')}
  FROM ${ORDER_SEARCH.unnested('e', parametersBefore)}
  JOIN orders o ON o.order_uid = e.order_uid
  ORDER BY order_uid ${UPSERT}`;

/** As {@link storeTerms}, of orders that had none or old ones; those that were replaced meanwhile have newer ones. */
export const FILL_TERMS = `${storeTerms(0, 'ORDER BY order_uid')} WHERE order_search.content_version < excluded.content_version`;

const RECEIVED_AT_US = '(extract(epoch FROM s.received_at) * 1000000)::bigint AS "receivedAtUs"';

/** Orders of one range of terms, or of one term. */
export const MOST_OF_A_RANGE = 21;
/** Orders received last that are looked at where a range has more terms than are looked at, and those of them that are found. */
const LATEST_ORDERS = 500;
const MOST_OF_LATEST = 4 * MOST_OF_A_RANGE;

/**
 * A parameter that PostgreSQL does not see while it plans. It keeps a plan only where those for given parameters are reckoned no
 * cheaper, and would otherwise plan each search anew, which takes longer than the search.
 */
const unseen = (place: number, type: 'text' | 'text[]' | 'int'): string => `(SELECT $${place}::${type})`;

const FROM = unseen(1, 'text');
const BEFORE = unseen(2, 'text');
const MAX_TERMS = unseen(3, 'int');
const PATTERNS = unseen(4, 'text[]');
const EXACT = unseen(5, 'text[]');

/** The different terms of a column in a range, up to so many: a step of the index each, however many orders share one. */
const differentTerms = (column: string): string => `
  terms_of_${column} AS (
    (SELECT s.${column} AS term, 1 AS place FROM order_search s
     WHERE s.${column} >= ${FROM} AND s.${column} < ${BEFORE} ORDER BY s.${column} LIMIT 1)
    UNION ALL
    SELECT next.term, last.place + 1
    FROM terms_of_${column} last CROSS JOIN LATERAL (
      SELECT s.${column} AS term FROM order_search s
      WHERE s.${column} > last.term AND s.${column} < ${BEFORE} ORDER BY s.${column} LIMIT 1) next
    WHERE last.place < ${MAX_TERMS})`;

/** The newest orders of each of them. */
const newestOfTerms = (column: string): string => `
  SELECT terms.term, newest.* FROM terms_of_${column} terms CROSS JOIN LATERAL (
    SELECT s.order_uid, s.received_at, ${RECEIVED_AT_US} FROM order_search s
    WHERE s.${column} = terms.term ORDER BY s.received_at DESC LIMIT ${MOST_OF_A_RANGE}) newest
  WHERE ' ' || terms.term LIKE ALL (${PATTERNS}::text[])`;

/**
 * The newest orders of a range of terms of a field: of at most $3 different terms from $1 on and before $2 those alone that have all
 * patterns of $4. Orders whose term is among $5 come first. An order has a row for each of its terms that is found, so as many
 * rows are taken as that many orders can have. `terms` is how many different terms were looked at; where it is $3, there may be more.
 */
function newestByTerm(field: SearchField): string {
  const columns = TERM_COLUMNS[field];
  const counts = columns.map((column) => `(SELECT count(*) FROM terms_of_${column})`);
  return prepared(`
  WITH RECURSIVE ${columns.map(differentTerms).join(',')}
  SELECT greatest(${counts.join(', ')})::int AS terms, found.order_uid AS "orderUid", found.term, found."receivedAtUs"
  FROM (VALUES (1)) one LEFT JOIN (
    SELECT * FROM (${columns.map(newestOfTerms).join(' UNION ALL ')}) found
    ORDER BY found.term = ANY (${EXACT}::text[]) DESC, found.received_at DESC
    LIMIT ${MOST_OF_A_RANGE * columns.length}) found ON true`);
}

export const NEWEST_BY_TERM = Object.fromEntries(
  SEARCH_FIELDS.map((field) => [field, newestByTerm(field)]),
) as Readonly<Record<SearchField, string>>;

/** Fields but the name, each with the beginnings of its terms as a parameter of {@link NEWEST_OF_LATEST}. */
export const FIELDS_OF_ONE_TERM = SEARCH_FIELDS.filter((field) => field !== 'name');

const beginsAlike = FIELDS_OF_ONE_TERM.map((field, index) =>
  TERM_COLUMNS[field]
    .map((column) => `s.${column} ^@ ANY (${unseen(index + 1, 'text[]')}::text[])`)
    .join(' OR '),
).join(' OR ');

/** What the terms of an order `o` with its delivery `d` are made of. */
export const TEXTS = `
  json_build_object('order_uid', o.order_uid, 'track_number', o.track_number, 'customer_id', o.customer_id,
                    'email', d.email, 'phone', d.phone, 'name', d.name,
                    'item_tracks', ARRAY(
                      SELECT i.track_number FROM items i
                      WHERE i.order_uid = o.order_uid AND i.track_number <> o.track_number
                      GROUP BY i.track_number ORDER BY min(i.line) LIMIT ${MAX_ITEM_TRACKS})) AS texts`;

/**
 * Of the orders that were received last, the newest that have a term with one of these beginnings, or a name with words of
 * all of these; null stands for none of a field.
 */
export const NEWEST_OF_LATEST = prepared(`
  SELECT found.order_uid AS "orderUid", found."receivedAtUs", ${TEXTS}
  FROM (
    SELECT latest.order_uid, s.received_at, ${RECEIVED_AT_US}
    FROM (SELECT order_uid FROM orders ORDER BY received_at DESC LIMIT ${LATEST_ORDERS}) latest
    JOIN order_search s ON s.order_uid = latest.order_uid
    WHERE ${beginsAlike} OR ' ' || s.name_1 LIKE ALL (${unseen(FIELDS_OF_ONE_TERM.length + 1, 'text[]')}::text[])
    ORDER BY s.received_at DESC
    LIMIT ${MOST_OF_LATEST}) found
  JOIN orders o USING (order_uid)
  JOIN deliveries d USING (order_uid)`);

/** Of the orders of a list of ids, in no order: what a list shows of each as a JSON text, and the texts that are searched. */
export const READ_FOUND = prepared(`
  SELECT o.order_uid AS "orderUid", (
           SELECT row_to_json(summary)::text
           FROM (SELECT ${SUMMARY_COLUMNS} FROM payments p WHERE p.order_uid = o.order_uid) summary) AS summary,
         ${TEXTS}
  FROM orders o
  JOIN deliveries d USING (order_uid)
  WHERE o.order_uid = ANY (ARRAY(SELECT unnest($1::text[])))`);

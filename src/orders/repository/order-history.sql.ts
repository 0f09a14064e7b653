import {
  BatchTable,
  type Column,
  column,
  INTEGER,
  TEXT,
  TIMESTAMPTZ,
} from '../../platform/database/batch-table.js';
import type { OrderChangeName } from '../model/order-states.js';
import type { HistorySource } from '../model/stored-version.js';

/** A version of an order, as its history has it. */
export interface HistoryRow {
  readonly orderUid: string;
  readonly version: number;
  readonly change: OrderChangeName;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
  readonly source: HistorySource;
  /** Who has asked for it, as they call themselves. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** Id of the event that caused it. */
  readonly cause?: string | undefined;
}

const HISTORY_COLUMNS: readonly Column<HistoryRow>[] = [
  column('order_uid', TEXT, (row) => row.orderUid),
  column('version', INTEGER, (row) => row.version),
  column('change', TEXT, (row) => row.change),
  column('previous', TEXT, (row) => row.from),
  column('current', TEXT, (row) => row.to),
  column('at', TIMESTAMPTZ, (row) => BigInt(row.atUs)),
  column('source', TEXT, (row) => row.source),
  column('reason', TEXT, (row) => row.reason),
  column('cause', TEXT, (row) => row.cause),
];

export const HISTORY = new BatchTable('order_history', HISTORY_COLUMNS);
/** With names of people. What comes in by the thousand has none, and does without the column. */
export const NAMED_HISTORY = new BatchTable<HistoryRow>('order_history', [
  ...HISTORY_COLUMNS,
  column('made_by', TEXT, (row) => row.by),
]);

/**
 * The first version of orders `o`, as columns of `order_history`. Of an order that was there before orders had a life it is
 * the version that it had then.
 */
export const FIRST_ROW = `
  o.order_uid, coalesce(o.content_version, o.version) AS version, 'received' AS change,
  NULL::text AS previous, 'received' AS current,
  CASE WHEN o.content_version IS NULL THEN o.updated_at ELSE o.received_at END AS at,
  CASE WHEN o.source IS NULL THEN 'api' ELSE 'orders' END AS source, NULL::text AS reason, NULL::text AS cause`;

const COLUMNS = HISTORY.columnNames.join(', ');

/** Keeps what the rows of orders tell of their first version, which a change is about to overwrite. */
export const keepFirstRows = (condition: string): string => `
  INSERT INTO order_history (${COLUMNS})
  SELECT ${FIRST_ROW} FROM orders o WHERE ${condition}
  ON CONFLICT ON CONSTRAINT pk_order_history DO NOTHING`;

/** @param parametersBefore how many parameters of the statement stand before the arrays */
export function insertHistory(parametersBefore: number, history = HISTORY): string {
  const columns = history.columnNames.join(', ');
  return `
  INSERT INTO order_history (${columns})
  SELECT ${columns} FROM ${history.unnested('h', parametersBefore)}`;
}

/** The history of new content, of orders that are held and not replaced yet. */
export const INSERT_CONTENT_HISTORY = `
  WITH firsts AS (${keepFirstRows('o.order_uid = ANY ($1) AND (o.content_version IS NULL OR o.content_version = 1)')})
  ${insertHistory(1)}`;

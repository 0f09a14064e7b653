import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { ExactMoment, OrderFilter } from '../model/order-filter.js';
import { folded } from '../model/search-text.js';
import { ITEM_TRACK_COLUMNS } from './order-search-table.js';

/** A condition on orders `o`, which holds where it is given. */
export type Condition = readonly [given: unknown, condition: string, parameters: object];

const MS_DECIMALS = 3;

/** The decimals of `date_created` without zeros at the end, to be compared as texts in the order of their bytes. */
const DECIMALS = `coalesce(rtrim(substring(o.date_created FROM '\\.([0-9]+)'), '0'), '') COLLATE "C"`;

/**
 * `created_at` has the milliseconds of `date_created`, which an index finds. Where a bound has decimals beyond them, the
 * orders of its own millisecond are told apart by their text.
 */
function momentConditions(name: 'from' | 'to', beyond: '>' | '<', bound?: ExactMoment): Condition[] {
  if (bound === undefined) return [];
  const parameters = { [`${name}Ms`]: bound.ms, [`${name}Decimals`]: bound.decimals };
  const moment = `to_timestamp(:${name}Ms / 1000.0::float8)`;
  if (bound.decimals.length <= MS_DECIMALS) {
    return [[bound, `o.created_at ${name === 'from' ? '>=' : '<'} ${moment}`, parameters]];
  }
  const exactly = `${DECIMALS} ${name === 'from' ? '>=' : '<'} :${name}Decimals`;
  return [
    [bound, `o.created_at ${beyond}= ${moment}`, parameters],
    [bound, `(o.created_at ${beyond} ${moment} OR ${exactly})`, parameters],
  ];
}

/** Orders that share a track number of an item: the newest of them, for each of the columns. */
const MOST_BY_ITEMS = 1_000;
/** Ids of the orders' own sort order, so that their index finds them. */
const byItemTrack = (column: string): string => `
  (SELECT s.order_uid COLLATE "default" FROM order_search s WHERE s.${column} = :trackTerm
   ORDER BY s.received_at DESC LIMIT ${MOST_BY_ITEMS})`;

/** The order's own, or an item's: of items those that it is searched by are known by an index, and the items themselves decide. */
const HAS_TRACK = `(o.track_number = :trackNumber OR (
  o.order_uid = ANY (ARRAY(${ITEM_TRACK_COLUMNS.map(byItemTrack).join(' UNION ALL ')}))
  AND EXISTS (SELECT FROM items i WHERE i.order_uid = o.order_uid AND i.track_number = :trackNumber)))`;

/** Few are disputed at a time, and known by a table of their own. */
const IS_DISPUTED = 'o.order_uid = ANY (ARRAY(SELECT d.order_uid FROM orders_disputed d))';

/** What a filter asks of orders `o`. */
export const conditionsOf = (filter: OrderFilter): Condition[] => [
  [filter.customerId, 'o.customer_id = :customerId', filter],
  [filter.trackNumber, HAS_TRACK, { ...filter, trackTerm: folded(filter.trackNumber ?? '') }],
  [filter.deliveryService, 'o.delivery_service = :deliveryService', filter],
  [filter.statuses, 'o.life IN (:...statuses)', filter],
  [filter.paymentStatuses, 'o.payment_status IN (:...paymentStatuses)', filter],
  [filter.paymentStatuses?.every((status) => status === 'disputed') || undefined, IS_DISPUTED, {}],
  [filter.shipmentStatuses, 'o.shipment_status IN (:...shipmentStatuses)', filter],
  ...momentConditions('from', '>', filter.from),
  ...momentConditions('to', '<', filter.to),
];

/** Narrows a query to what all the conditions hold for. */
export function narrow<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  conditions: readonly Condition[],
): SelectQueryBuilder<Row> {
  for (const [given, condition, parameters] of conditions) {
    if (given !== undefined) query.andWhere(condition, parameters);
  }
  return query;
}

import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { ExactMoment, OrderFilter } from '../model/order-filter.js';

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

/** What a filter asks of orders `o`. */
export const conditionsOf = (filter: OrderFilter): Condition[] => [
  [filter.customerId, 'o.customer_id = :customerId', filter],
  [filter.trackNumber, 'o.track_number = :trackNumber', filter],
  [filter.deliveryService, 'o.delivery_service = :deliveryService', filter],
  [filter.statuses, 'o.life IN (:...statuses)', filter],
  [filter.paymentStatuses, 'o.payment_status IN (:...paymentStatuses)', filter],
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

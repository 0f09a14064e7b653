import { applyDecorators } from '@nestjs/common';
import { ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import {
  aMoment,
  aText,
  type Check,
  MOMENT,
  ParameterReader,
  type Parameters,
  TEXT,
} from '../../platform/http/request-parameters.js';
import type { OrderFilter } from '../model/order-filter.js';
import { ORDER_STATUSES } from '../model/order-life.js';
import { PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../model/order-states.js';

/** One of the choices, or several with commas between them. */
const someOf =
  <Choice extends string>(choices: readonly Choice[]): Check<readonly Choice[]> =>
  (text) => {
    const chosen = text.split(',').map((one) => choices.find((choice) => choice === one));
    return chosen.includes(undefined) ? undefined : [...new Set(chosen as Choice[])];
  };
const listed = (choices: readonly string[]): string => `one or more, with commas, of ${choices.join(', ')}`;

/** The filter of a list out of its parameters; what is wrong with them the reader remembers. */
export function takeFilter(reader: ParameterReader): OrderFilter {
  return {
    customerId: reader.take('customer_id', aText, TEXT),
    trackNumber: reader.take('track_number', aText, TEXT),
    deliveryService: reader.take('delivery_service', aText, TEXT),
    statuses: reader.take('status', someOf(ORDER_STATUSES), listed(ORDER_STATUSES)),
    paymentStatuses: reader.take('payment_status', someOf(PAYMENT_STATUSES), listed(PAYMENT_STATUSES)),
    shipmentStatuses: reader.take('shipment_status', someOf(SHIPMENT_STATUSES), listed(SHIPMENT_STATUSES)),
    from: reader.take('from', aMoment, MOMENT),
    to: reader.take('to', aMoment, MOMENT),
  };
}

/** A filter alone. @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseOrderFilter(parameters: Parameters): OrderFilter {
  const reader = new ParameterReader(parameters);
  const filter = takeFilter(reader);
  reader.refuseOthers('is no filter of orders');
  reader.throwFaults('the query');
  return filter;
}

/** Several values of a state stand with commas between them. */
const stateQuery = (name: string, states: readonly string[]): ApiQueryOptions => ({
  name,
  required: false,
  style: 'form',
  explode: false,
  schema: { type: 'array', items: { type: 'string', enum: [...states] } },
});

const textQuery = (name: string, description?: string): ApiQueryOptions => ({
  name,
  required: false,
  ...(description !== undefined && { description }),
  schema: { type: 'string' },
});

/** A route that takes a filter of orders, as it describes itself. */
export const FiltersOrders = (): MethodDecorator =>
  applyDecorators(
    ApiQuery(textQuery('customer_id')),
    ApiQuery(textQuery('track_number', 'of the order, or of an item, up to five besides')),
    ApiQuery(textQuery('delivery_service')),
    ApiQuery(stateQuery('status', ORDER_STATUSES)),
    ApiQuery(stateQuery('payment_status', PAYMENT_STATUSES)),
    ApiQuery(stateQuery('shipment_status', SHIPMENT_STATUSES)),
    ApiQuery(textQuery('from', 'date_created at or after')),
    ApiQuery(textQuery('to', 'date_created before')),
  );

import { type ApiFacts, type ApiSchema, objectOf, schemaRef } from '../../platform/http/api-facts.js';
import { EXAMPLE_PAYMENT } from '../model/example-payment.js';
import { DUES } from '../model/payment-filter.js';
import { paymentEventJsonSchema } from '../model/payment-event.schema.js';
import { PAYMENT_STATUSES } from '../model/payment-state.js';

const UID: ApiSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
const MOMENT: ApiSchema = { type: 'string', format: 'date-time' };
const COUNT: ApiSchema = { type: 'integer', minimum: 0 };
const money = (description: string): ApiSchema => ({ type: 'integer', format: 'int64', description });

const DUE_AMOUNTS: Readonly<Record<string, ApiSchema>> = {
  refund_due: money('To be refunded: the order is cancelled or returned, and money was captured; 0: nothing'),
  void_due: money('To be voided: the order is cancelled, and an authorization is open; 0: nothing'),
};
const BALANCE: Readonly<Record<string, ApiSchema>> = {
  currency: { type: 'string', description: 'ISO 4217 code; the amounts are its minor units' },
  authorized: money('Authorized, and neither captured nor voided'),
  captured: money('All that was captured'),
  refunded: money('All that was refunded'),
  charged_back: money('Taken back by chargebacks that were not won'),
  disputed: money('Under a dispute that is neither won nor lost'),
  net: money('captured less refunded less charged_back'),
};
const PAYMENTS: Readonly<Record<string, ApiSchema>> = {
  order_uid: UID,
  waiting: { type: 'boolean', description: 'Whether the payments wait for their order' },
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  amount: { ...money("The order's own; null as long as it is not known"), type: ['integer', 'null'] },
  order_status: {
    type: ['string', 'null'],
    description: "The order's life, as far as it is known",
  },
  content_version: { ...COUNT, description: 'Of the order; 0 as long as it is not known' },
  balance: objectOf(BALANCE),
  ...DUE_AMOUNTS,
  other_balances: {
    type: 'array',
    items: objectOf({ ...BALANCE, ...DUE_AMOUNTS }),
    description: "In other currencies than the order's",
  },
  number: { ...COUNT, description: 'Of the last announcement; 0: none yet' },
  changed_at: MOMENT,
};

/** Some of the choices, with commas between them. */
const someOf = (choices: readonly string[]): ApiSchema => {
  const one = `(${choices.join('|')})`;
  return { type: 'string', pattern: `^${one}(,${one})*$` };
};

const EVENT_SCHEMA = paymentEventJsonSchema();

export const PAYMENTS_API: ApiFacts = {
  operations: {
    'get /api/counts/payments': {
      id: 'countPayments',
      answers: { 200: { schema: schemaRef('BoundedCount') } },
    },
    'get /api/payments': {
      id: 'listPayments',
      answers: {
        200: { headers: ['Link'], schema: { type: 'array', items: schemaRef('Payments') } },
      },
    },
    'post /api/payments/events': {
      id: 'submitPaymentEvent',
      answers: {
        200: { schema: schemaRef('PaymentReceipt') },
        201: { schema: schemaRef('PaymentReceipt') },
      },
      exampleBody: EXAMPLE_PAYMENT,
    },
    'get /api/orders/{order_uid}/payments': {
      id: 'getPaymentsOfOrder',
      answers: { 200: { schema: schemaRef('PaymentsOfOrder') } },
    },
  },
  schemas: {
    PaymentEvent: EVENT_SCHEMA as unknown as ApiSchema,
    Payments: objectOf(PAYMENTS),
    PaymentsOfOrder: objectOf({
      ...PAYMENTS,
      ledger: {
        type: 'array',
        items: {
          ...EVENT_SCHEMA,
          required: [...EVENT_SCHEMA.required, 'recorded_at'],
          properties: { ...EVENT_SCHEMA.properties, recorded_at: MOMENT },
        },
        description: 'In the order of arrival',
      },
    }),
    PaymentReceipt: objectOf({
      event_id: { type: 'string' },
      order_uid: UID,
      outcome: {
        type: 'string',
        enum: ['recorded', 'known'],
        description: 'Whether the event is new in the ledger, or was there already',
      },
    }),
  },
  parameters: { status: someOf(PAYMENT_STATUSES), due: someOf(DUES) },
  examples: { order_uid: EXAMPLE_PAYMENT.order_uid, status: 'paid', due: 'refund', waiting: 'false' },
};

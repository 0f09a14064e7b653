import {
  type EventFacts,
  headersOfReceived,
  type MessageSchema,
  messageSchemaRef,
} from '../platform/messaging/event-facts.js';

const EXAMPLE = {
  accountId: 'acc-0001',
  name: 'Ada Example',
  address: '1 Example Street',
  phone: '+44 20 7946 0000',
  createdAt: 1_795_254_597_000,
  updatedAt: 1_795_254_597_000,
};

const milliseconds = (description: string): MessageSchema => ({
  type: 'integer',
  description: `${description}, in milliseconds since the Unix epoch; 64 bits`,
});

/** The record `com.polecatworks.billing.Customer` of Avro, in JSON's terms. */
const CUSTOMER_RECORD: MessageSchema = {
  type: 'object',
  required: Object.keys(EXAMPLE),
  properties: {
    accountId: { type: 'string', description: 'The key as well' },
    name: { type: 'string' },
    address: { type: 'string' },
    phone: { type: 'string' },
    createdAt: milliseconds('When the customer came to be'),
    updatedAt: milliseconds('When the customer was changed last'),
  },
  additionalProperties: true,
};

/** The topic of customers, and what goes over it. */
export const CUSTOMERS_EVENTS: EventFacts = {
  topics: { users: { summary: 'All customers, the latest record of each', message: 'customer' } },
  messages: {
    customer: {
      title: 'A customer',
      summary:
        "Avro in the Confluent wire format: byte 0, the id of its writer's schema as 4 bytes, the datum of a schema that is compatible with `com.polecatworks.billing.Customer`. A null value is a tombstone: the customer is gone.",
      contentType: 'avro/binary',
      key: { type: 'string', description: '`accountId` in UTF-8' },
      headers: headersOfReceived({}, 'None is needed; all are kept with a dead letter'),
      payload: messageSchemaRef('CustomerRecord'),
      example: { headers: {}, payload: EXAMPLE },
    },
  },
  operations: {
    holdCustomers: {
      action: 'receive',
      topic: 'users',
      summary: 'Holds all customers in memory, in every process that serves the API',
      mode: 'replay',
    },
    changeCustomers: {
      action: 'send',
      topic: 'users',
      summary: 'Creates and deletes customers, where CUSTOMERS_WRITES is on: POST and DELETE /api/users',
    },
  },
  schemas: { CustomerRecord: CUSTOMER_RECORD },
};

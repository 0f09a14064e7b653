import {
  type ApiFacts,
  type ApiSchema,
  headerText,
  objectOf,
  schemaRef,
} from '../../platform/http/api-facts.js';
import { jsonSchemaOf } from '../../platform/validation/json-schema.js';
import { etagOf } from '../model/customer-etag.js';
import { NewCustomer } from '../model/customer-request.js';
import { pathOfCustomer } from './customers-path.js';

const EXAMPLE = {
  accountId: 'acc-0001',
  name: 'Ada Example',
  address: '1 Example Street',
  phone: '+44 20 7946 0000',
  createdAt: 1_795_254_597_000,
  updatedAt: 1_795_254_597_000,
};

const text = (description: string): ApiSchema => ({ type: 'string', description });
const milliseconds = (description: string): ApiSchema => ({
  type: 'integer',
  format: 'int64',
  description: `${description}, in milliseconds since the Unix epoch`,
});

/** @param path of the list: `/api/users` */
export function customersApi(path: string): ApiFacts {
  const location = pathOfCustomer(path, EXAMPLE.accountId);
  const absent = {
    headers: ['X-Data-Lag'],
    mediaType: 'application/problem+json',
    schema: {
      allOf: [schemaRef('Problem'), objectOf({ message: { type: 'string', enum: ['User not found'] } })],
    },
    example: {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'there is no customer with this account id',
      instance: location,
      message: 'User not found',
    },
  };
  return {
    operations: {
      [`get ${path}`]: {
        id: 'listCustomers',
        answers: { 200: { headers: ['Link', 'X-Data-Lag'], example: [EXAMPLE.accountId] } },
      },
      [`get ${path}/{account_id}`]: {
        id: 'getCustomer',
        answers: {
          200: { headers: ['ETag', 'Cache-Control', 'X-Data-Lag'], example: EXAMPLE },
          304: { headers: ['ETag', 'Cache-Control', 'X-Data-Lag'] },
          404: absent,
        },
      },
      [`post ${path}`]: {
        id: 'createCustomer',
        answers: {
          201: { headers: ['ETag', 'Location'], example: EXAMPLE },
          202: { headers: ['Location'], example: EXAMPLE },
        },
        exampleBody: EXAMPLE,
      },
      [`delete ${path}/{account_id}`]: {
        id: 'deleteCustomer',
        answers: { 202: { hasNoBody: true }, 204: {}, 404: absent },
      },
    },
    headers: {
      ETag: headerText('A strong validator: updatedAt', etagOf({ updatedAt: BigInt(EXAMPLE.updatedAt) })),
      'Cache-Control': headerText(
        'How long it may be kept, by CUSTOMERS_CACHE_MAX_AGE_SECONDS',
        'public, max-age=300',
      ),
      'X-Data-Lag': headerText('Whole seconds that this replica is behind the end of the topic', '0'),
      Location: headerText('Where the customer is', location),
    },
    parameters: { filter: { type: 'string', minLength: 1, maxLength: 256 } },
    examples: { account_id: EXAMPLE.accountId, filter: 'acc' },
    schemas: {
      Customer: objectOf({
        accountId: text('The key of the record'),
        name: text('May be empty'),
        address: text('May be empty'),
        phone: text('May be empty'),
        createdAt: milliseconds('When the customer came to be'),
        updatedAt: milliseconds('When the customer was changed last'),
      }),
      NewCustomer: jsonSchemaOf(NewCustomer) as unknown as ApiSchema,
    },
  };
}

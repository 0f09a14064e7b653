import {
  type ApiFacts,
  type ApiSchema,
  headerText,
  objectOf,
  schemaRef,
} from '../../platform/http/api-facts.js';
import { jsonSchemaOf } from '../../platform/validation/json-schema.js';
import { etagOf } from '../model/user-etag.js';
import { USER_ID_SCHEMA } from '../model/user-id.js';
import { UserBody } from '../model/user-request.js';
import type { User } from '../model/user.js';

const EXAMPLE_USER: User = {
  user_id: 'user-123',
  deeplink: 'app://promo/summer',
  promo_message: '20 % off until Sunday',
};
const { user_id: USER_ID, ...EXAMPLE_BODY } = EXAMPLE_USER;

const METADATA = { timestamp: '2026-11-30T12:00:00Z', version: 'v1' };
const FOUND = { code: 200, message: 'ok:redis', ...EXAMPLE_USER, cache_hit: true, metadata: METADATA };

const text = (description: string): ApiSchema => ({ type: 'string', description });

const USER = {
  user_id: USER_ID_SCHEMA,
  deeplink: text('Where the promotion leads; may be empty'),
  promo_message: text('May be empty'),
};

/** As every answer of the look-up is made; without a user where there is none. */
const lookUp = (code: number, message: string) => ({
  mediaType: 'application/json',
  schema: schemaRef('UserLookup'),
  example: { code, message, cache_hit: false, metadata: METADATA },
});

export const PROMOS_API: ApiFacts = {
  operations: {
    'get /v1/users': {
      id: 'lookUpUser',
      answers: {
        200: { headers: ['ETag'], schema: schemaRef('UserLookup'), example: FOUND },
        304: { headers: ['ETag'] },
        400: lookUp(400, 'invalid user_id'),
        404: lookUp(404, 'not found'),
        500: { ...lookUp(500, 'internal error'), headers: ['Retry-After'] },
      },
    },
    'put /v1/users/{user_id}': {
      id: 'putUser',
      answers: {
        200: { headers: ['ETag'], example: EXAMPLE_USER },
        201: { headers: ['ETag', 'Location'], example: EXAMPLE_USER },
      },
      exampleBody: EXAMPLE_BODY,
    },
    'delete /v1/users/{user_id}': { id: 'deleteUser', answers: { 204: {} } },
    'post /v1/users/import': {
      id: 'importUsers',
      answers: { 200: {} },
      exampleBody: `user_id,deeplink,promo_message\n${Object.values(EXAMPLE_USER).join(',')}\n`,
    },
  },
  headers: {
    ETag: headerText('A weak validator: a hash of the user', etagOf(EXAMPLE_USER)),
    Location: headerText('Where it is looked up', `/v1/users?user_id=${USER_ID}`),
  },
  examples: { user_id: USER_ID },
  schemas: {
    User: objectOf(USER),
    UserBody: jsonSchemaOf(UserBody) as unknown as ApiSchema,
    UserLookup: {
      type: 'object',
      required: ['code', 'message', 'cache_hit', 'metadata'],
      properties: {
        code: { type: 'integer', description: 'The status of the answer' },
        message: text('What was found, and in which store; or why there is no user'),
        ...USER,
        cache_hit: { type: 'boolean', description: 'Whether a cache has answered' },
        metadata: objectOf({
          timestamp: { type: 'string', format: 'date-time', description: 'When it was answered, in UTC' },
          version: { type: 'string', enum: ['v1'] },
        }),
      },
    },
  },
};

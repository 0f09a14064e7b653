import fc from 'fast-check';
import { arbitraryBody, UID } from './arbitrary-body.js';
import type { HttpCase } from './http-client.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];
const JSON_TYPES = ['application/json', 'APPLICATION/JSON; charset=utf-8', 'application/json;'];
const OTHER_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'json',
  ';',
];

/** What a URL and a header may hold: anything else does not leave Node's client. */
const urlText = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((text) => encodeURIComponent(text.toWellFormed()));
const rawUrlText = fc.stringMatching(/^[!"$%&'()*+,./0-9:;<=>@A-Z[\\\]^_`a-z{|}~-]{0,12}$/);
const headerText = fc.stringMatching(/^[\x21-\x7e\xa1-\xff]([\x20-\x7e\xa1-\xff]{0,20}[\x21-\x7e])?$/);

const id = fc.oneof(fc.constant(UID), fc.constant('nobody'), urlText, rawUrlText, fc.nat().map(String));
const path = fc.oneof(
  { weight: 2, arbitrary: fc.constant('/api/orders') },
  { weight: 6, arbitrary: id.map((one) => `/api/orders/${one}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('/', '/health', '/health/ready', '/health/live', '/metrics', '/api/events'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/api/counts/orders',
      '/api/counts/dead-letters',
      '/api/counts/waiting-orders',
      '/api/counts/payments',
      '/api/counts/trouble',
      '/api/waiting/orders',
      '/api/rates',
    ),
  },
  { weight: 2, arbitrary: id.map((one) => `/api/orders/${one}/notes`) },
  { weight: 3, arbitrary: fc.constant('/api/dead-letters') },
  { weight: 3, arbitrary: id.map((one) => `/api/dead-letters/${one}`) },
  { weight: 2, arbitrary: id.map((one) => `/api/dead-letters/${one}/replay`) },
  { weight: 1, arbitrary: fc.constant('/api/dead-letters/replay') },
  { weight: 1, arbitrary: rawUrlText.map((one) => `/${one}`) },
);

const value = fc.oneof(
  urlText,
  rawUrlText,
  fc.constantFrom(
    '0',
    '1',
    '-1',
    '500',
    '501',
    '1e3',
    '9'.repeat(30),
    'true',
    'stored',
    '2021-11-26',
    '2021-11-26T06:22:19Z',
  ),
  fc.constantFrom('%', '%00', '%ff', '%ed%a0%80', 'orders', 'waiting', '%2B01:00', 'eyJ9'),
);
const parameter = fc.tuple(
  fc.oneof(
    fc.constantFrom(
      'limit',
      'cursor',
      'customer_id',
      'track_number',
      'status',
      'from',
      'to',
      'delivery_service',
    ),
    fc.constantFrom('for', 'topic', 'reason', 'state', 'dry_run', 'view', 'limit[]', '__proto__', ''),
    urlText,
  ),
  value,
);
const query = fc
  .array(parameter, { maxLength: 4 })
  .map((parameters) =>
    parameters.length === 0 ? '' : `?${parameters.map((pair) => pair.join('=')).join('&')}`,
  );

const etag = fc.oneof(fc.constantFrom('*', '"v1-0"', 'W/"v1"', '"', '"a", "b"', ',,'), headerText);
const key = fc.oneof(headerText, fc.constantFrom('"a key"', '', 'k'.repeat(256)));

const headers = fc
  .record(
    {
      'content-type': fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...JSON_TYPES) },
        { weight: 1, arbitrary: fc.constantFrom(...OTHER_TYPES) },
      ),
      'if-match': etag,
      'if-none-match': etag,
      'idempotency-key': key,
      accept: headerText,
      'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*;q=0', 'gzip;q=2'),
      'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'x'),
      range: fc.constantFrom('bytes=0-1', 'bytes=-0', 'x'),
      'x-forwarded-for': headerText,
      traceparent: headerText,
    },
    { requiredKeys: [] },
  )
  .map((all) => ({ ...all }));

/** Requests of every kind; those with a body mostly bring an order, or what nearly is one. */
export const arbitraryRequest: fc.Arbitrary<HttpCase> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: fc.tuple(path, query).map(([one, parameters]) => one + parameters),
    headers,
    body: fc.option(arbitraryBody, { nil: undefined, freq: 2 }),
  })
  // A replay of all letters would have the events of other cases come a second time.
  .filter(
    (request) =>
      !/^\/api\/dead-letters.*replay/.test(request.path) ||
      request.path.includes('dry_run=true') ||
      request.path.includes(UID),
  )
  .map(({ body, ...request }) => (body === undefined ? request : { ...request, body }));

/** Orders that are posted, and replaced. */
export const arbitrarySubmission: fc.Arbitrary<HttpCase> = fc
  .record({
    isPut: fc.boolean(),
    ifMatch: etag,
    body: arbitraryBody,
    extra: fc.record({ 'idempotency-key': headerText }, { requiredKeys: [] }),
  })
  .map(({ isPut, ifMatch, body, extra }) => ({
    method: isPut ? 'PUT' : 'POST',
    path: isPut ? `/api/orders/${UID}` : '/api/orders',
    headers: { 'content-type': 'application/json', ...(isPut ? { 'if-match': ifMatch } : extra) },
    body,
  }));

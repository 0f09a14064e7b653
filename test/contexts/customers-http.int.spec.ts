import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  type MockInstance,
  vi,
} from 'vitest';
import { HotCustomers } from '../../src/customers/http/hot-customers.js';
import { encodeCustomer } from '../../src/customers/model/customer-json.js';
import { rawAnswer } from '../e2e/api.js';
import { customerOf, type OpenCustomers, openCustomers } from './open-customers.js';

const LARGE_BYTES = 65_536;
/** A request that says that it has a body goes the long way, and is the same but for that. */
const BY_CONTROLLER = 'Content-Length: 0';

/** Ids as people may have them, and the paths that ask for them. */
const IDS: readonly (readonly [id: string, ...paths: readonly string[]])[] = [
  ['plain-1', 'plain-1', '%70lain-1', 'plain-1?x=1', 'plain%2D1'],
  ['A.b_c~d', 'A.b_c~d'],
  ['0', '0'],
  ['.', '.', '%2e'],
  ['..', '..', '%2E%2e'],
  ['a/b', 'a%2Fb', 'a%2fb'],
  ['../b', '..%2Fb'],
  ['a b', 'a%20b'],
  ['a+b', 'a+b', 'a%2Bb'],
  ['a%20b', 'a%2520b'],
  ['%', '%25'],
  ['a?b', 'a%3Fb'],
  ['a#b', 'a%23b'],
  ['a;b', 'a;b', 'a%3Bb'],
  [':account_id', ':account_id', '%3Aaccount_id'],
  ['*', '*'],
  ['"\\<', '%22%5C%3C'],
  ['é', '%C3%A9', '%c3%a9'],
  ['e\u0301', 'e%CC%81'],
  ['\u{1F600}', '%F0%9F%98%80'],
  ['\uFFFD', '%EF%BF%BD'],
  ['\0', '%00'],
  ['a\0b', 'a%00b'],
  ['\n', '%0A'],
  ['__proto__', '__proto__'],
  ['x'.repeat(2_000), 'x'.repeat(2_000), '%78'.repeat(2_000)],
  ['é'.repeat(1_024), '%C3%A9'.repeat(1_024)],
  ['\u{1F601}'.repeat(1_024), '%F0%9F%98%81'.repeat(1_024)],
];
const PLAIN = /^[A-Za-z0-9._~-]+$/;

const SECURITY = [
  'x-content-type-options: nosniff',
  'referrer-policy: no-referrer',
  'cross-origin-resource-policy: same-origin',
  "content-security-policy: default-src 'none'; frame-ancestors 'none'",
];
const END = ['Date: <date>', 'Connection: close', '', ''];
const CUSTOMER = customerOf('plain-1', { createdAt: 1n, updatedAt: 9_007_199_254_740_993n });
const BODY =
  '{"accountId":"plain-1","name":"N é","address":"A","phone":"P","createdAt":1,"updatedAt":9007199254740993}';
const ETAG = '"9007199254740993"';

const head = (...lines: readonly (string | readonly string[])[]): string => lines.flat().join('\r\n');
const found = (etag: string, body: string, lag = 0): string =>
  head(
    'HTTP/1.1 200 OK',
    `etag: ${etag}`,
    'cache-control: public, max-age=300',
    `x-data-lag: ${lag}`,
    'content-type: application/json; charset=utf-8',
    SECURITY,
    `content-length: ${Buffer.byteLength(body)}`,
    END,
  );
const unchanged = head(
  'HTTP/1.1 304 Not Modified',
  `etag: ${ETAG}`,
  'cache-control: public, max-age=300',
  'x-data-lag: 0',
  END,
);
const problem = (status: string, ownHeaders: readonly string[], body: string): string =>
  head(
    `HTTP/1.1 ${status}`,
    ownHeaders,
    'content-type: application/problem+json; charset=utf-8',
    'cache-control: no-store',
    SECURITY,
    `content-length: ${Buffer.byteLength(body)}`,
    END,
  ) + body;
const absent = (path: string, lag = 0): string =>
  problem(
    '404 Not Found',
    [`x-data-lag: ${lag}`],
    `{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no customer with this account id","instance":"${path}","message":"User not found"}`,
  );
const unready = (path: string): string =>
  problem(
    '503 Service Unavailable',
    ['retry-after: 1'],
    `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"the customers are not all known here at the moment; try again shortly","instance":"${path}"}`,
  );

let customers: OpenCustomers;
let shortWay: MockInstance<HotCustomers['answer']>;

beforeAll(async () => {
  customers = await openCustomers();
  customers.hold(...IDS.slice(1).map(([id]) => customerOf(id)), CUSTOMER);
});
beforeEach(() => {
  shortWay = vi.spyOn(customers.part(HotCustomers), 'answer');
});
afterEach(() => {
  shortWay.mockRestore();
  customers.unready.mockReturnValue(undefined);
  customers.lagSeconds.mockReturnValue(0);
});
afterAll(() => customers?.close());

const wentShortWay = (): boolean => shortWay.mock.results.some(({ value }) => value !== undefined);

/** By the short way and by the controller, which answer with the same bytes. */
async function sentBothWays(request: string, ...fields: readonly string[]): Promise<string> {
  shortWay.mockClear();
  const byShortWay = await customers.sent(request, ...fields);
  expect(wentShortWay(), 'it goes the short way').toBe(true);
  shortWay.mockClear();
  const byController = await customers.sent(request, ...fields, BY_CONTROLLER);
  expect(shortWay).not.toHaveBeenCalled();
  expect(byController).toBe(byShortWay);
  return byShortWay;
}

describe('GET /api/users/:account_id byte for byte', () => {
  it('is the record in the order of its fields, exact to 64 bits', async () => {
    expect(await sentBothWays('GET /api/users/plain-1')).toBe(found(ETAG, BODY) + BODY);
  });

  it('tells how far it is behind the end of the topic', async () => {
    customers.lagSeconds.mockReturnValue(17);
    expect(await sentBothWays('GET /api/users/plain-1')).toBe(found(ETAG, BODY, 17) + BODY);
    expect(await sentBothWays('GET /api/users/none')).toBe(absent('/api/users/none', 17));
    expect(await sentBothWays('GET /api/users/plain-1', 'If-None-Match: *')).toBe(
      unchanged.replace('x-data-lag: 0', 'x-data-lag: 17'),
    );
  });

  it('has no body for HEAD', async () => {
    expect(await customers.sent('HEAD /api/users/plain-1')).toBe(found(ETAG, BODY));
    // Fastify says so of a HEAD whose answer has no body at all.
    expect(await customers.sent('HEAD /api/users/plain-1', `If-None-Match: ${ETAG}`)).toBe(
      unchanged.replace('Date:', 'content-length: 0\r\nDate:'),
    );
    const [none] = absent('/api/users/none').split('{');
    expect(await customers.sent('HEAD /api/users/none')).toBe(none);
  });

  it.each([ETAG, `W/${ETAG}`, '*', `"x", ${ETAG}`, `"x" ,W/${ETAG}, "y"`])(
    'is not sent again to who has %s',
    async (etags) => {
      expect(await sentBothWays('GET /api/users/plain-1', `If-None-Match: ${etags}`)).toBe(unchanged);
    },
  );

  it('is not sent again to who names it in the second of two fields', async () => {
    const fields = ['If-None-Match: "x"', `If-None-Match: ${ETAG}`];
    expect(await sentBothWays('GET /api/users/plain-1', ...fields)).toBe(unchanged);
  });

  it.each(['"9007199254740992"', '9007199254740993', 'W/*', '""', '"'])(
    'is sent to who has %s',
    async (etags) => {
      const answer = await sentBothWays('GET /api/users/plain-1', `If-None-Match: ${etags}`);
      expect(answer).toBe(found(ETAG, BODY) + BODY);
    },
  );

  it('is 404 where nobody has the id, whatever is known of it', async () => {
    expect(await sentBothWays('GET /api/users/none', 'If-None-Match: *')).toBe(absent('/api/users/none'));
    expect(await customers.sent('GET /api/users/n%C3%A9')).toBe(absent('/api/users/n%C3%A9'));
    expect(await customers.sent('GET /api/users/none?x=1')).toBe(absent('/api/users/none'));
  });

  it('is 503 for everything until all customers are known', async () => {
    customers.unready.mockReturnValue('partition 3 is 17 records behind');
    for (const path of ['/api/users/plain-1', '/api/users/none']) {
      expect(await sentBothWays(`GET ${path}`, `If-None-Match: ${ETAG}`)).toBe(unready(path));
    }
    for (const path of ['/api/users/a%20b', '/api/users', '/api/users?limit=0']) {
      expect(await customers.sent(`GET ${path}`)).toContain('\r\nretry-after: 1\r\n');
      expect(await customers.sent(`GET ${path}`)).toContain(
        unready(path.replace(/\?.*/, '')).split('\r\n\r\n')[1],
      );
    }
    expect(await customers.sent('HEAD /api/users')).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('is not compressed', async () => {
    customers.hold(customerOf('wordy', { address: 'a'.repeat(20_000) }));
    const answer = await sentBothWays('GET /api/users/wordy', 'Accept-Encoding: gzip, br');
    expect(answer).not.toMatch(/^(content-encoding|vary):/im);
  });

  it('is left to the controller where it is large', async () => {
    const customer = customerOf('large', { address: 'a'.repeat(LARGE_BYTES) });
    customers.hold(customer);
    const body = encodeCustomer(customer);
    expect(await customers.sent('GET /api/users/large')).toBe(found('"1001"', body) + body);
    expect(wentShortWay()).toBe(false);
  });
});

describe('an id', () => {
  const PATHS = IDS.flatMap(([id, ...paths]) => paths.map((path) => [path.slice(0, 40), path, id] as const));

  it.each(PATHS)('is found at %s', async (_shown, path, id) => {
    const answer = await customers.sent(`GET /api/users/${path}`);
    const body = encodeCustomer(id === CUSTOMER.accountId ? CUSTOMER : customerOf(id));
    expect(answer.split('\r\n\r\n')[1]).toBe(body);
    expect(answer).toBe(found(id === CUSTOMER.accountId ? ETAG : '"1001"', body) + body);
    expect(wentShortWay()).toBe(PLAIN.test(path));
  });

  it.each([
    '%',
    '%2',
    '%zz',
    '%FF',
    '%C3',
    '%E0%A4%A',
    '%ED%A0%80',
    '%ED%B0%80',
    '%C0%80',
    '%F4%90%80%80',
    'a%',
  ])('is not %s, which is no percent-encoded UTF-8', async (path) => {
    const { status, headers } = rawAnswer(await customers.sent(`GET /api/users/${path}`));
    expect([status, headers.get('cache-control')]).toEqual([400, 'no-store']);
  });

  it.each(['a/b', 'a%2Fb/', 'plain-1/', '/plain-1', '\\plain-1'])('is not %s', async (path) => {
    expect(rawAnswer(await customers.sent(`GET /api/users/${path}`)).status).toBe(404);
  });
});

it('counts both ways under one route', async () => {
  await sentBothWays('GET /api/users/plain-1');
  const metrics = await customers.sent('GET /metrics');
  const series = metrics.match(/^waybill_http_request_duration_seconds_count\{.*users.*\} \d+$/gm);
  expect(series?.filter((one) => one.includes('method="GET"') && one.includes('status="200"'))).toEqual([
    expect.stringContaining('route="/api/users/:account_id"'),
  ]);
});

it.each(['POST /api/users', 'DELETE /api/users/plain-1', 'PUT /api/users', 'PATCH /api/users/plain-1'])(
  'knows no %s while writes are off',
  async (request) => {
    const { status, headers } = rawAnswer(await customers.sent(request));
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  },
);

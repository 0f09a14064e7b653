import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { CustomerWrites } from '../../src/customers/service/customer-writes.js';
import { TransientError } from '../../src/platform/failures/classified-errors.js';
import { type Answer, ask, expectProblem, headersOf, JSON_TYPE, pathsOf } from '../e2e/api.js';
import { type OpenCustomers, openCustomers } from './open-customers.js';

const GIVEN = { accountId: 'acc-1', name: 'N é', address: 'A', phone: '' };
const WITH_TIMES = '{"accountId":"acc-1","name":"N é","address":"A","phone":"","createdAt":1,"updatedAt":2}';

let customers: OpenCustomers;
let create: MockInstance<CustomerWrites['create']>;
let remove: MockInstance<CustomerWrites['remove']>;
beforeAll(async () => {
  customers = await openCustomers({ CUSTOMERS_WRITES: 'on' });
  const writes = customers.part(CustomerWrites);
  create = vi.spyOn(writes, 'create');
  remove = vi.spyOn(writes, 'remove');
});
beforeEach(() => {
  create.mockReset().mockResolvedValue('created');
  remove.mockReset().mockResolvedValue('removed');
});
afterAll(() => customers?.close());

const post = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${customers.url}/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const postWith = (fields: object): Promise<Answer> => post(JSON.stringify({ ...GIVEN, ...fields }));
const del = (path: string): Promise<Answer> =>
  ask(`${customers.url}/api/users/${path}`, { method: 'DELETE' });

describe('POST /api/users', () => {
  it('answers 201 with the customer, its ETag and where it is', async () => {
    const answer = await post(WITH_TIMES);
    expect([answer.status, answer.text]).toEqual([201, WITH_TIMES]);
    expect(headersOf(answer)).toMatchObject({
      'content-type': JSON_TYPE,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      etag: '"2"',
      location: '/api/users/acc-1',
    });
    expect(create.mock.calls).toEqual([[{ ...GIVEN, createdAt: 1n, updatedAt: 2n }]]);
  });

  it('answers 202 without an ETag where it has not come back in time', async () => {
    create.mockResolvedValue('pending');
    const answer = await post(WITH_TIMES);
    expect([answer.status, answer.text]).toEqual([202, WITH_TIMES]);
    expect(headersOf(answer)).toMatchObject({ location: '/api/users/acc-1', 'cache-control': 'no-store' });
    expect(answer.headers.has('etag')).toBe(false);
  });

  it('answers 409 where there is one already', async () => {
    create.mockResolvedValue('exists');
    expect(pathsOf(expectProblem(await post(WITH_TIMES), 409))).toEqual(['accountId']);
  });

  it('answers 503 where the topic cannot be reached', async () => {
    create.mockRejectedValue(new TransientError('Kafka is away'));
    const answer = await post(WITH_TIMES);
    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('takes now for times that are left out', async () => {
    const before = Date.now();
    const { text } = await postWith({ createdAt: 5 });
    const [customer] = create.mock.calls[0]!;
    expect(customer.createdAt).toBe(5n);
    expect(Number(customer.updatedAt)).toBeGreaterThanOrEqual(before);
    expect(Number(customer.updatedAt)).toBeLessThanOrEqual(Date.now());
    expect(JSON.parse(text)).toEqual({ ...GIVEN, createdAt: 5, updatedAt: Number(customer.updatedAt) });
    await postWith({});
    const [both] = create.mock.calls[1]!;
    expect(both.createdAt).toBe(both.updatedAt);
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '-9223372036854775808',
    '9223372036854775807',
    '0',
    '-1',
  ])('keeps %s to the digit', async (long) => {
    const text = WITH_TIMES.replace('"createdAt":1,"updatedAt":2', `"createdAt":${long},"updatedAt":${long}`);
    const answer = await post(text);
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([201, text, `"${long}"`]);
    expect(create.mock.calls[0]![0].updatedAt).toBe(BigInt(long));
  });

  it.each([
    ['1.5', 'not 1.5'],
    ['1.0', 'not 1.0'],
    ['1e3', 'not 1e3'],
    ['9223372036854775808', 'not 9223372036854775808'],
    ['-9223372036854775809', 'not -9223372036854775809'],
    ['1'.repeat(100_000), `not ${'1'.repeat(64)}…`],
    ['"1"', 'not text'],
    ['"9007199254740993"', 'not text'],
    ['"\\u00009007199254740993"', 'not 9007199254740993'],
    ['null', 'not null'],
    ['true', 'not true'],
    ['[1]', 'not a list'],
  ])('refuses %s for a time', async (long, found) => {
    const problem = expectProblem(
      await post(WITH_TIMES.replace('"updatedAt":2', `"updatedAt":${long}`)),
      400,
    );
    expect(problem.errors).toEqual([
      {
        path: 'updatedAt',
        pointer: '#/updatedAt',
        detail: `must be a whole number from -9223372036854775808 to 9223372036854775807, ${found}`,
      },
    ]);
    expect(create).not.toHaveBeenCalled();
  });

  it.each([
    ['é/ü?', '%C3%A9%2F%C3%BC%3F'],
    ['a b%20', 'a%20b%2520'],
    ['\u{1F600}'.repeat(1_024), '%F0%9F%98%80'.repeat(1_024)],
  ])('has a Location that leads to an id of other characters', async (accountId, path) => {
    const answer = await postWith({ accountId });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/api/users/${path}`]);
    expect((await ask(customers.url + answer.headers.get('location')!)).status).toBe(404);
  });

  it.each<[string, object, string[]]>([
    ['an empty id', { accountId: '' }, ['accountId']],
    ['an id that is too long', { accountId: '\u{1F600}'.repeat(1_025) }, ['accountId']],
    ['a lone surrogate', { accountId: 'a\ud800', name: '\udc00' }, ['accountId', 'name']],
    ['a text that PostgreSQL cannot hold', { accountId: 'a\0' }, ['accountId']],
    ['texts that are too long', { name: 'x'.repeat(8_193), phone: 'x'.repeat(8_193) }, ['name', 'phone']],
    ['fields that nobody knows', { email: 'x', id: 1 }, ['email', 'id']],
    [
      'everything at once',
      { accountId: 1, name: null, address: [], phone: {}, createdAt: '', updatedAt: 0.5, x: 1 },
      ['accountId', 'name', 'address', 'phone', 'createdAt', 'updatedAt', 'x'],
    ],
  ])('refuses %s by name', async (_what, fields, paths) => {
    expect(pathsOf(expectProblem(await postWith(fields), 400))).toEqual(paths);
    expect(create).not.toHaveBeenCalled();
  });

  it('takes the longest texts', async () => {
    const long = '\u{1F600}'.repeat(8_192);
    expect((await postWith({ name: long, address: long, phone: long })).status).toBe(201);
  });

  it.each([
    ['', ['']],
    ['[]', ['']],
    ['{', ['']],
    ['{}', ['accountId', 'name', 'address', 'phone']],
  ])('refuses the body %j', async (body, paths) => {
    expect(pathsOf(expectProblem(await post(body), 400))).toEqual(paths);
  });

  it('refuses what is no JSON by its type', async () => {
    expectProblem(await post(WITH_TIMES, { 'content-type': 'text/plain' }), 415);
  });
});

describe('DELETE /api/users/:account_id', () => {
  it.each(['removed', 'pending'] as const)('answers without a body where it is %s', async (outcome) => {
    remove.mockResolvedValue(outcome);
    const answer = await del('a%2Fb%20%C3%A9');
    expect([answer.status, answer.text]).toEqual([outcome === 'removed' ? 204 : 202, '']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(remove.mock.calls).toEqual([['a/b é']]);
  });

  it('answers 404 where there is none, as the look-up does', async () => {
    remove.mockResolvedValue('absent');
    const answer = await del('none');
    expect(expectProblem(answer, 404)).toMatchObject({
      instance: '/api/users/none',
      message: 'User not found',
    });
    expect(answer.text).toBe((await ask(`${customers.url}/api/users/none`)).text);
  });

  it('answers 503 where the topic cannot be reached', async () => {
    remove.mockRejectedValue(new TransientError('Kafka is away'));
    expectProblem(await del('acc-1'), 503);
  });

  it('answers 400 for a path that is no UTF-8', async () => {
    expectProblem(await del('%FF'), 400);
    expect(remove).not.toHaveBeenCalled();
  });
});

it.each([
  ['PUT /api/users', 'GET, HEAD, POST'],
  ['PUT /api/users/acc-1', 'DELETE, GET, HEAD'],
])('tells what is possible instead of %s', async (request, allowed) => {
  expect(await customers.sent(request)).toContain(`\r\nallow: ${allowed}\r\n`);
});

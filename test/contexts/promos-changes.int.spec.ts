import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { promos } from '../../src/promos/promos.module.js';
import type { Waybill } from '../../src/waybill.js';
import { type Answer, ask, exchange, expectProblem, JSON_TYPE, pathsOf, rawAnswer } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { quickestMs } from '../support/quickest.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const MAX_TEXT_CHARACTERS = 8_192;
const OTHER_ETAG = 'W/"00000000000000000000000000000000"';

let database: WaybillDatabase;
let waybill: Waybill;

beforeAll(async () => {
  database = await openWaybillDatabase();
  waybill = await startContexts(database, {}, [promos]);
});
beforeEach(() => database.rows('TRUNCATE promos.users'));
afterAll(async () => {
  await waybill.stop();
  await database.drop();
});

const at = (id: string, init?: RequestInit): Promise<Answer> => ask(`${waybill.url}/v1/users/${id}`, init);
const putText = (id: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  at(id, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body });
const put = (id: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  putText(id, JSON.stringify(body), headers);
const remove = (id: string, headers: Record<string, string> = {}): Promise<Answer> =>
  at(id, { method: 'DELETE', headers });
const rows = () =>
  database.rows('SELECT user_id, deeplink, promo_message FROM promos.users ORDER BY user_id');
const etagOf = (answer: Answer): string => answer.headers.get('etag')!;

describe('PUT /v1/users/:user_id', () => {
  it('registers a user, and then sets what it has', async () => {
    const created = await put('user-1', { deeplink: 'app://a', promo_message: 'Hello' });
    expect([created.status, created.text]).toEqual([
      201,
      '{"user_id":"user-1","deeplink":"app://a","promo_message":"Hello"}',
    ]);
    expect(Object.fromEntries(created.headers)).toMatchObject({
      location: '/v1/users?user_id=user-1',
      'content-type': JSON_TYPE,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      etag: expect.stringMatching(/^W\/"[0-9a-f]{32}"$/) as unknown,
    });
    const changed = await put('user-1', { deeplink: 'app://b', promo_message: 'Hello' });
    expect([changed.status, changed.text, changed.headers.has('location')]).toEqual([
      200,
      '{"user_id":"user-1","deeplink":"app://b","promo_message":"Hello"}',
      false,
    ]);
    expect(etagOf(changed)).not.toBe(etagOf(created));
    expect(await rows()).toEqual([{ user_id: 'user-1', deeplink: 'app://b', promo_message: 'Hello' }]);
  });

  it('leaves a user that is so already as it is, under the same ETag', async () => {
    const first = await put('user-1', { deeplink: 'x' });
    const versions = () => database.rows('SELECT ctid::text, xmin::text FROM promos.users');
    const before = await versions();
    const again = await put('user-1', { deeplink: 'x' });
    expect([again.status, again.text, etagOf(again)]).toEqual([200, first.text, etagOf(first)]);
    expect((await put('user-1', { deeplink: 'x' }, { 'if-match': '*' })).status).toBe(200);
    expect(await versions()).toEqual(before);
  });

  it('empties what the body leaves out', async () => {
    await put('user-1', { deeplink: 'x', promo_message: 'y' });
    expect((await put('user-1', { promo_message: 'z' })).text).toBe(
      '{"user_id":"user-1","deeplink":"","promo_message":"z"}',
    );
    expect((await put('user-1', {})).text).toBe('{"user_id":"user-1","deeplink":"","promo_message":""}');
    expect(await rows()).toEqual([{ user_id: 'user-1', deeplink: '', promo_message: '' }]);
  });

  it('keeps texts to the letter, and escapes what HTML would take for something else', async () => {
    const deeplink = ' <a href="?x=1&y=2">\u2028\u2029\\ ';
    const promo_message = `${'\u{1F600}'.repeat(MAX_TEXT_CHARACTERS - 2)}\n\t`;
    const answer = await put('A-_z', { deeplink, promo_message });
    expect(answer.status).toBe(201);
    expect(answer.text).toContain(
      String.raw`"deeplink":" \u003ca href=\"?x=1\u0026y=2\"\u003e\u2028\u2029\\ "`,
    );
    expect(answer.text).toContain('\u{1F600}\\n');
    expect(await rows()).toEqual([{ user_id: 'A-_z', deeplink, promo_message }]);
  });

  it.each<[string, unknown, string[]]>([
    ['texts that are none', { deeplink: null, promo_message: 1 }, ['deeplink', 'promo_message']],
    ['a field that nobody knows', { deeplink: 'x', message: 'y', user_id: 'user-1' }, ['message', 'user_id']],
    [
      'texts that are too long',
      { deeplink: 'x'.repeat(MAX_TEXT_CHARACTERS + 1), promo_message: '\u{1F600}'.repeat(8_193) },
      ['deeplink', 'promo_message'],
    ],
    [
      'texts that PostgreSQL cannot store',
      { deeplink: 'a\0b', promo_message: '\ud800' },
      ['deeplink', 'promo_message'],
    ],
    ['a list', [], ['']],
    ['null', null, ['']],
  ])('refuses %s, naming each', async (_, body, paths) => {
    expect(pathsOf(expectProblem(await put('user-1', body), 400))).toEqual(paths);
    expect(await rows()).toEqual([]);
  });

  it.each(['', '{', '{"deeplink":"x"', 'x'])('refuses the body %j, which is no JSON', async (body) => {
    expect(pathsOf(expectProblem(await putText('user-1', body), 400))).toEqual(['']);
  });

  it('takes JSON alone', async () => {
    const answer = await putText('user-1', '{}', { 'content-type': 'text/plain' });
    expect(pathsOf(expectProblem(answer, 415))).toEqual(['Content-Type']);
    expect(answer.headers.get('accept')).toBe('application/json');
    expect(await rows()).toEqual([]);
  });
});

describe('DELETE /v1/users/:user_id', () => {
  it('removes a user once', async () => {
    await put('user-1', {});
    await put('user-2', {});
    const gone = await remove('user-1');
    expect([gone.status, gone.text, gone.headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(gone.headers.has('content-type')).toBe(false);
    expect(gone.headers.has('etag')).toBe(false);
    expectProblem(await remove('user-1'), 404);
    expect(await rows()).toMatchObject([{ user_id: 'user-2' }]);
    expect((await put('user-1', {})).status).toBe(201);
  });
});

describe.each<[string, (id: string, headers?: Record<string, string>) => Promise<Answer>, number]>([
  ['PUT', (id, headers) => put(id, { deeplink: 'new' }, headers), 200],
  ['DELETE', remove, 204],
])('%s', (method, change, done) => {
  it('under If-Match is done where it names the ETag, strongly or weakly', async () => {
    const fields = ['*', ' * ', 'weak', 'strong', 'one of a list'];
    for (const field of fields) {
      await remove('user-1');
      const etag = etagOf(await put('user-1', { deeplink: 'old' }));
      const ifMatch =
        { weak: etag, strong: etag.slice(2), 'one of a list': `"x,y", ${etag}` }[field] ?? field;
      expect([field, (await change('user-1', { 'if-match': ifMatch })).status]).toEqual([field, done]);
    }
    expect(await rows()).toEqual(
      method === 'PUT' ? [{ user_id: 'user-1', deeplink: 'new', promo_message: '' }] : [],
    );
  });

  it('under If-Match of another ETag changes nothing, and tells which it has', async () => {
    const etag = etagOf(await put('user-1', { deeplink: 'old' }));
    const refused = await change('user-1', { 'if-match': OTHER_ETAG });
    expect(pathsOf(expectProblem(refused, 412))).toEqual(['If-Match']);
    expect(etagOf(refused)).toBe(etag);
    expect(await rows()).toMatchObject([{ deeplink: 'old' }]);
  });

  it.each(['*', OTHER_ETAG])(
    'under If-Match: %s does nothing to a user that is not there',
    async (ifMatch) => {
      const refused = await change('user-1', { 'if-match': ifMatch });
      expect(pathsOf(expectProblem(refused, 412))).toEqual(['If-Match']);
      expect(refused.headers.has('etag')).toBe(false);
      expect(await rows()).toEqual([]);
    },
  );

  it.each(['', 'x', 'W/x', '"a" "b"', '*, "a"'])('refuses an If-Match that is none: %j', async (ifMatch) => {
    await put('user-1', { deeplink: 'old' });
    expect(pathsOf(expectProblem(await change('user-1', { 'if-match': ifMatch }), 400))).toEqual([
      'If-Match',
    ]);
    expect(await rows()).toMatchObject([{ deeplink: 'old' }]);
  });

  it.each(['a'.repeat(21), 'a'.repeat(2_000), 'a.b', 'a%20b', '%20a', 'a%0A', 'a%2Fb', '%C3%A4', '*'])(
    'refuses the id %s, which no user can have',
    async (id) => {
      expect(pathsOf(expectProblem(await change(id), 400))).toEqual(['user_id']);
      expect(await rows()).toEqual([]);
    },
  );

  it('takes an id of 20 characters, and one that is the name of another route', async () => {
    for (const id of ['a'.repeat(20), 'import', '-', '%61b']) {
      await put(id, { deeplink: 'old' });
      expect([id, (await change(id)).status]).toEqual([id, done]);
    }
  });
});

describe('of 20 at once', () => {
  const twenty = Array.from({ length: 20 }, (_, n) => n);
  /** Who waits for too long for the row of another is told to come again, and does. */
  const atOnce = (askBy: (n: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(
      twenty.map((n) =>
        eventually(async () => {
          const answer = await askBy(n);
          expect(answer.status).not.toBe(503);
          return answer;
        }),
      ),
    );
  const countOf = (answers: readonly Answer[], status: number): number =>
    answers.filter((answer) => answer.status === status).length;

  it('with one ETag exactly one is done, and its row stands', async () => {
    const etag = etagOf(await put('user-1', {}));
    const answers = await atOnce((n) => put('user-1', { deeplink: `by ${n}` }, { 'if-match': etag }));
    expect([countOf(answers, 200), countOf(answers, 412)]).toEqual([1, 19]);
    const winner = answers.find(({ status }) => status === 200)!;
    expect(await rows()).toEqual([JSON.parse(winner.text)]);
    for (const loser of answers) expect(etagOf(loser)).toBe(etagOf(winner));
  });

  it('with one ETag exactly one removes or sets', async () => {
    const etag = etagOf(await put('user-1', {}));
    const headers = { 'if-match': etag };
    const answers = await atOnce((n) =>
      n % 2 ? remove('user-1', headers) : put('user-1', { deeplink: `by ${n}` }, headers),
    );
    expect([countOf(answers, 200) + countOf(answers, 204), countOf(answers, 412)]).toEqual([1, 19]);
  });

  it('exactly one registers, and exactly one removes', async () => {
    const registered = await atOnce((n) => put('user-1', { deeplink: `by ${n}` }));
    expect([countOf(registered, 201), countOf(registered, 200)]).toEqual([1, 19]);
    const removed = await atOnce(() => remove('user-1'));
    expect([countOf(removed, 204), countOf(removed, 404)]).toEqual([1, 19]);
  });
});

it.each(['GET', 'POST', 'PATCH', 'OPTIONS'])('%s is told the methods that are possible', async (method) => {
  const answer = await at('user-1', { method });
  expectProblem(answer, 405);
  expect(answer.headers.get('allow')).toBe('DELETE, PUT');
});

it('HEAD is told the same, without a body', async () => {
  const answer = rawAnswer(
    await exchange(
      waybill.url,
      'HEAD /v1/users/user-1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ),
  );
  expect([answer.status, answer.text]).toEqual([405, '']);
  expect(answer.headers.get('allow')).toBe('DELETE, PUT');
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
});

it('what cannot be stored at the moment is answered with 503 within 2 s, and when to try again', async () => {
  const conditional = { 'if-match': etagOf(await put('user-1', {})) };
  await database.database.transaction(async (tx) => {
    await tx.query('SELECT FROM promos.users FOR UPDATE');
    const tookMs = await quickestMs(2_000, async () => {
      const answers = await Promise.all([
        put('user-1', { deeplink: 'x' }),
        put('user-1', { deeplink: 'x' }, conditional),
        remove('user-1'),
        remove('user-1', conditional),
      ]);
      for (const answer of answers) {
        expectProblem(answer, 503);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
    });
    expect(tookMs).toBeLessThan(2_000);
  });
  expect(await rows()).toMatchObject([{ deeplink: '' }]);
});

it('the API describes both', async () => {
  const { paths, components } = JSON.parse((await ask(`${waybill.url}/swagger/json`)).text) as {
    paths: Record<
      string,
      Record<string, { operationId: string; responses: Record<string, { headers?: object }> }>
    >;
    components: { schemas: Record<string, { properties: object; required: string[] }> };
  };
  const { put, delete: remove } = paths['/v1/users/{user_id}']!;
  expect([put!.operationId, remove!.operationId]).toEqual(['putUser', 'deleteUser']);
  expect(Object.keys(put!.responses)).toEqual(
    expect.arrayContaining(['200', '201', '400', '412', '413', '415', '503']),
  );
  expect(Object.keys(remove!.responses)).toEqual(expect.arrayContaining(['204', '400', '404', '412', '503']));
  expect(Object.keys(put!.responses['201']!.headers!)).toEqual(['ETag', 'Location']);
  expect(components.schemas['UserBody']).toMatchObject({
    required: [],
    properties: { deeplink: { maxLength: MAX_TEXT_CHARACTERS }, promo_message: { type: 'string' } },
    additionalProperties: false,
  });
});

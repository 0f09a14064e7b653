import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { mostWaiting } from '../../../test/support/most-waiting.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { storeOrders } from '../../../test/support/stored-orders.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { OrderNote } from '../model/order-note.js';
import { orders } from '../orders.module.js';

const [NOTED, FULL, RACED, BUSY] = ['stored-0', 'stored-1', 'stored-2', 'stored-3'];

let house: WaybillDatabase;
let app: NestFastifyApplication;
beforeAll(async () => {
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf({}, [orders]), house.database);
  await storeOrders(house, 4);
});
afterAll(async () => {
  await app.close();
  await house.drop();
});

const post = (orderUid: string, body: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: `/api/orders/${orderUid}/notes`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });

async function notesOf(
  orderUid: string,
  query = '',
): Promise<{ notes: OrderNote[]; next?: string | undefined }> {
  const answer = await app.inject({ url: `/api/orders/${orderUid}/notes${query}` });
  expect(answer.statusCode, answer.body).toBe(200);
  const next = /^<([^>]+)>; rel="next"$/.exec((answer.headers.link as string | undefined) ?? '')?.[1];
  return { ...answer.json<{ notes: OrderNote[] }>(), next };
}

const textsOf = (notes: readonly OrderNote[]): string[] => notes.map(({ text }) => text);

describe('notes of support', () => {
  it('are shown newest first, page by page, and stay when the order is replaced', async () => {
    for (const text of ['first', 'second <b>', 'third \u202E\u{1F600}']) {
      const answer = await post(NOTED, { text, author: 'Ann' });
      expect(answer.statusCode, answer.body).toBe(201);
      expect(answer.json()).toMatchObject({
        text,
        author: 'Ann',
        created_at: expect.stringMatching(/Z$/) as string,
      });
    }
    const order = { ...sampleOrder(), order_uid: NOTED, locale: 'pl' };
    const replaced = await app.inject({
      method: 'PUT',
      url: `/api/orders/${NOTED}`,
      headers: { 'content-type': 'application/json', 'if-match': '*' },
      payload: JSON.stringify(order),
    });
    expect(replaced.json()).toMatchObject({ outcome: 'updated', version: 2 });
    const first = await notesOf(NOTED, '?limit=2');
    expect(textsOf(first.notes)).toEqual(['third \u202E\u{1F600}', 'second <b>']);
    const second = await app.inject({ url: first.next! });
    expect(textsOf(second.json<{ notes: OrderNote[] }>().notes)).toEqual(['first']);
    expect(second.headers.link).toBeUndefined();
  });

  it('are kept once for an Idempotency-Key, and the first answer comes again', async () => {
    const [headers, note] = [{ 'idempotency-key': '"note-1"' }, { text: 'once', author: 'Bo' }];
    const first = await post(NOTED, note, headers);
    const again = await post(NOTED, note, headers);
    expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body]);
    expect(textsOf((await notesOf(NOTED)).notes).filter((text) => text === 'once')).toHaveLength(1);
    expect((await post(NOTED, { ...note, text: 'other' }, headers)).statusCode).toBe(422);
    // A key is one of its order alone.
    expect((await post(RACED, note, headers)).statusCode).toBe(201);
    expect(textsOf((await notesOf(RACED)).notes)).toEqual(['once']);
  });

  it('are numbered one by one, also when many come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => post(RACED, { text: `note ${n}`, author: 'Cy' })),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    const ids = (await notesOf(RACED)).notes.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, n) => ids.length - n));
  });

  it('end at 500 for an order', async () => {
    await house.rows(
      `INSERT INTO orders_notes (order_uid, number, text, author)
       SELECT $1, n, 'x', 'y' FROM generate_series(1, 499) n`,
      [FULL],
    );
    const answers = await Promise.all([1, 2, 3].map(() => post(FULL, { text: 'last', author: 'Di' })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409]);
    const newest = await notesOf(FULL);
    expect(newest.notes).toHaveLength(50);
    expect(textsOf(newest.notes).filter((text) => text === 'last')).toHaveLength(1);
    expect((await app.inject({ url: `/api/orders/${FULL}/notes?limit=51` })).statusCode).toBe(400);
  });

  it('leave most connections to others, however many are written and read at once', async () => {
    const table = 'orders_notes';
    const twelve = <T>(ask: (n: number) => Promise<T>): Promise<T>[] =>
      Array.from({ length: 12 }, (_, n) => ask(n));
    const write = () => twelve((n) => post(BUSY, { text: `note ${n}`, author: 'Ed' }));
    expect(await mostWaiting(house, { table, expected: 3, ask: write })).toBe(3);
    const read = () => twelve(() => notesOf(BUSY));
    expect(await mostWaiting(house, { table, expected: 4, ask: read })).toBe(4);
  });

  it.each<[string, unknown, string[]]>([
    ['no field', {}, ['text', 'author']],
    ['blanks', { text: ' \n', author: '\t' }, ['text', 'author']],
    ['too long', { text: 'x'.repeat(2_001), author: 'y'.repeat(101) }, ['text', 'author']],
    ['none of a database', { text: 'a\0b', author: '\uD800' }, ['text', 'author']],
    ['other types', { text: 1, author: null }, ['text', 'author']],
    ['a field that is not known', { text: 'x', author: 'y', secret: true }, ['secret']],
  ])('are refused with %s, by name', async (_name, body, paths) => {
    const answer = await post(NOTED, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual(paths);
  });

  it('may have as many characters as are said, whatever they are', async () => {
    const text = '\u{1F600}'.repeat(2_000);
    const answer = await post(NOTED, { text, author: 'ü'.repeat(100) });
    expect([answer.statusCode, answer.json<OrderNote>().text]).toEqual([201, text]);
  });

  it('are of orders that are there', async () => {
    expect((await post('nobody', { text: 'x', author: 'y' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/api/orders/nobody/notes' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/api/orders/a.b/notes' })).statusCode).toBe(400);
    expect((await app.inject({ url: `/api/orders/${FULL}/notes?cursor=x` })).statusCode).toBe(400);
  });
});

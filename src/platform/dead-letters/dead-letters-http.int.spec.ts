import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { mostWaiting } from '../../../test/support/most-waiting.js';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { orders } from '../../orders/orders.module.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import type { DeadLetters } from './dead-letters.js';

const MIB = 1_048_576;
const PARALLEL = 12;

let house: WaybillDatabase;
let app: NestFastifyApplication;
let deadLetters: DeadLetters;

beforeAll(async () => {
  house = await openWaybillDatabase();
  deadLetters = newDeadLetters(house.database);
  app = await openHttpApp(houseOf({}, [orders]), house.database);
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await house.drop();
});
beforeEach(async () => {
  await house.rows('TRUNCATE dead_letters, dead_letter_attempts, outbox');
});

const refuse = (...events: ReceivedEvent[]): Promise<void> =>
  house.database.transaction((tx) =>
    deadLetters.append(
      tx,
      events.map((event) => refusal(event)),
    ),
  );

const idsOf = async (): Promise<number[]> =>
  (await house.rows<{ id: number }>('SELECT id FROM dead_letters ORDER BY id')).map(({ id }) => id);

const post = (path: string, body: object) =>
  app.inject({
    method: 'POST',
    url: `/api/dead-letters/${path}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });

const manyLetters = (count: number): Promise<object[]> =>
  house.rows(
    `INSERT INTO dead_letters (topic, partition, "offset", event_time, headers, reason, attempts)
     SELECT 'many', 0, n, now(), '{}', 'x', 1 FROM generate_series(1, $1::int) n`,
    [count],
  );

describe('many dead letters at once', () => {
  it('are those that a dry run has counted: none that came in since, or has failed again', async () => {
    const [one, other] = [receivedEvent(), receivedEvent()];
    await refuse(one, other);
    const [firstId, otherId] = await idsOf();
    const dry = (await post('discard', { all: true, dry_run: true })).json<{ seen: string }>();
    expect(dry).toEqual({ matching: 2, exact: true, seen: expect.any(String) as string });
    const again = [{ name: 'waybill_dead_letter_id', value: Buffer.from(String(otherId)) }];
    await refuse(receivedEvent(), { ...other, offset: other.offset + 1_000, headers: again });
    expect((await post('discard', { all: true, seen: dry.seen })).json()).toEqual({ discarded: 1 });
    const left = await idsOf();
    expect(left).toHaveLength(2);
    expect(left).not.toContain(firstId);
    expect((await post('replay?all=true', { seen: dry.seen })).json()).toEqual({ replayed: 0 });
    expect((await post('replay', { all: true })).json()).toEqual({ replayed: 2 });
  });

  it.each(['x', '', '!', 'MS8yLzM'])('are not bounded by %j, which no dry run came with', async (seen) => {
    const answer = await post('discard', { all: true, seen });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual(['seen']);
  });

  it('are worked on, and counted, for two callers at a time', async () => {
    const most = (path: string, body: object): Promise<number> => {
      const ask = (): Promise<unknown>[] => Array.from({ length: PARALLEL }, () => post(path, body));
      return mostWaiting(house, { table: 'dead_letters', expected: 2, ask });
    };
    expect(await most('replay', { all: true, dry_run: true })).toBe(2);
    expect(await most('discard', { all: true })).toBe(2);
    expect(await most('replay', { all: true })).toBe(2);
  });

  it('are left as they are once who asked for it has gone', async () => {
    await manyLetters(2_000);
    const holder = await house.database.connect();
    try {
      await holder.query('BEGIN; SELECT FROM dead_letters ORDER BY id LIMIT 1 FOR UPDATE');
      const asked = request(`${await app.getUrl()}/api/dead-letters/discard?topic=many`, {
        method: 'POST',
        agent: false,
      });
      asked.on('error', () => undefined).end();
      await eventually(async () => {
        const [row] = await house.rows<{ waiting: number }>(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(row!.waiting).toBe(1);
      });
      asked.destroy();
      const server: Server = app.getHttpServer();
      await eventually(async () => {
        const open = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
        expect(open).toBe(0);
      });
    } finally {
      await holder.end();
    }
    // The chunk that was under way is done to its end.
    await eventually(async () => expect(await idsOf()).toHaveLength(1_500));
    expect(await new DeadLetterDiscards(house.database).matching({})).toBe(1_500);
  });
});

describe('GET /api/counts/dead-letters', () => {
  const count = async (query: string): Promise<unknown> =>
    (await app.inject({ url: `/api/counts/dead-letters${query}` })).json();

  it('counts what a filter matches, and stops at 10,000, as a dry run does', async () => {
    await manyLetters(10_001);
    await refuse(receivedEvent());
    expect(await count('?topic=shop.orders')).toEqual({ count: 1, exact: true });
    expect(await count('?topic=many')).toEqual({ count: 10_000, exact: false });
    expect((await post('discard', { topic: 'many', dry_run: true })).json()).toMatchObject({
      matching: 10_000,
      exact: false,
    });
  });

  it('counts once for all who ask for the same, and names what is no filter', async () => {
    const ask = (): Promise<unknown>[] => Array.from({ length: PARALLEL }, () => count('?reason=same'));
    expect(await mostWaiting(house, { table: 'dead_letters', expected: 1, ask })).toBe(1);
    const answer = await app.inject({ url: '/api/counts/dead-letters?limit=1&state=lost' });
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([
      'state',
      'limit',
    ]);
  });
});

describe('an edited replay', () => {
  const edit = async (body: object) => {
    const [id] = await idsOf();
    return post(`${id}/edited-replay`, body);
  };

  it('may be as large as an event, whatever JSON makes of it', async () => {
    await refuse(receivedEvent());
    // Each takes two bytes in JSON.
    expect((await edit({ value: '"'.repeat(MIB) })).statusCode).toBe(202);
    const tooLarge = await edit({ value: '"'.repeat(MIB + 1) });
    expect([tooLarge.statusCode, tooLarge.json<{ detail: string }>().detail]).toEqual([
      413,
      'the value is larger than 1 MiB',
    ]);
    const [id] = await idsOf();
    const answer = await fetch(`${await app.getUrl()}/api/dead-letters/${id}/edited-replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ value: '"'.repeat(2 * MIB) }),
    });
    expect(await answer.json()).toMatchObject({ status: 413, detail: 'the body is larger than 3 MiB' });
  });

  it('is refused where somebody was faster, by the edits that were seen', async () => {
    await refuse(receivedEvent());
    expect((await edit({ value: '1', edits: 0 })).statusCode).toBe(202);
    const late = await edit({ value: '2', edits: 0 });
    expect([late.statusCode, late.json<{ detail: string }>().detail]).toEqual([
      409,
      expect.stringMatching(/^something else was sent in the place of dead letter \d+ meanwhile$/),
    ]);
    expect((await edit({ value: '2', edits: 1 })).statusCode).toBe(202);
    expect(await house.rows('SELECT FROM outbox WHERE type = $1', ['dead-letter.edited'])).toHaveLength(2);
    expect((await edit({ value: '3', edits: -1 })).statusCode).toBe(400);
  });
});

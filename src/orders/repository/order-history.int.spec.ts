import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { Order } from '../model/order.js';
import { FIRST_STATES } from '../model/order-states.js';
import { LifeRepository } from './life.repository.js';
import { OrderHistoryRepository } from './order-history.repository.js';
import { OrderRepository } from './order.repository.js';
import { orderToStore } from './order-to-store.js';

let house: WaybillDatabase;
let history: OrderHistoryRepository;
const orders = new OrderRepository();
const lives = new LifeRepository();
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  history = new OrderHistoryRepository(house.database);
});
afterAll(() => house.drop());

const freshUid = (): string => `history-${++serial}`;

async function store(order_uid: string, entry = 'first', offset?: number): Promise<void> {
  const order = { ...(JSON.parse(sampleOrderText()) as Order), order_uid, entry };
  const source = offset === undefined ? undefined : { stream: 'orders/0', offset, timestampMs: offset };
  const toStore = orderToStore({ order, totalsMatch: true, source }, Date.now() * 1_000);
  await house.database.transaction((tx) => orders.store(tx, [toStore]));
}

/** New content as the code before orders had a life writes it. */
async function replaceAsOldCode(orderUid: string): Promise<void> {
  await house.rows(
    `UPDATE orders SET entry = 'other', status = 'updated', version = version + 1, updated_at = now(),
            content_hash = decode(md5(version::text), 'hex')
     WHERE order_uid = $1`,
    [orderUid],
  );
}

/** As the migration leaves an order that has got to a version. */
async function makeOld(orderUid: string, version: number): Promise<void> {
  await house.rows(
    `UPDATE orders SET content_version = NULL, version = $2, status = 'updated', updated_at = '2020-01-02T03:04:05Z'
     WHERE order_uid = $1`,
    [orderUid, version],
  );
}

async function confirm(orderUid: string): Promise<void> {
  await house.database.transaction(async (tx) => {
    const held = (await lives.lock(tx, [orderUid])).get(orderUid)!;
    const movedAtUs = Date.now() * 1_000;
    const version = held.version + 1;
    const states = { ...FIRST_STATES, status: 'confirmed' as const };
    const row = { orderUid, version, change: 'status', from: 'received', to: 'confirmed' } as const;
    await lives.move(
      tx,
      [{ ...held, version, states, movedAtUs }],
      [{ ...row, atUs: movedAtUs, source: 'api' }],
    );
  });
}

async function told(orderUid: string): Promise<unknown[]> {
  const versions = await history.versions(orderUid, 0, 100);
  return versions!.map(({ version, change, source }) => [version, change, source]);
}

describe('the history of an order', () => {
  it('begins with what the order itself tells', async () => {
    const [posted, sent] = [freshUid(), freshUid()];
    await store(posted);
    await store(sent, 'first', 3);
    expect(await told(posted)).toEqual([[1, 'received', 'api']]);
    expect(await told(sent)).toEqual([[1, 'received', 'orders']]);
    expect(
      await house.rows('SELECT FROM order_history WHERE order_uid = ANY ($1)', [[posted, sent]]),
    ).toEqual([]);
    expect(await history.versions('nobody', 0, 100)).toBeUndefined();
    expect(await history.versions(posted, 1, 100)).toEqual([]);
  });

  it('keeps where the first version came from when another way brings new content', async () => {
    const uid = freshUid();
    await store(uid);
    const [first] = (await history.versions(uid, 0, 1))!;
    await store(uid, 'second', 9);
    await store(uid, 'third');
    expect(await told(uid)).toEqual([
      [1, 'received', 'api'],
      [2, 'content', 'orders'],
      [3, 'content', 'api'],
    ]);
    expect((await history.versions(uid, 0, 1))![0]).toEqual(first);
  });

  it('of an order that was there before begins at its version, and goes on from it', async () => {
    const [moved, replaced] = [freshUid(), freshUid()];
    for (const uid of [moved, replaced]) {
      await store(uid);
      await makeOld(uid, 3);
      expect(await told(uid)).toEqual([[3, 'received', 'api']]);
    }
    await confirm(moved);
    await confirm(moved);
    await store(replaced, 'other');
    expect(await told(moved)).toEqual([
      [3, 'received', 'api'],
      [4, 'status', 'api'],
      [5, 'status', 'api'],
    ]);
    expect(await told(replaced)).toEqual([
      [3, 'received', 'api'],
      [4, 'content', 'api'],
    ]);
    const [first] = (await history.versions(moved, 0, 1))!;
    expect(first!.at).toBe('2020-01-02T03:04:05.000000Z');
    expect(await history.facts(moved)).toMatchObject({ version: 5, content_version: 3, status: 'confirmed' });
  });
});

describe('a replica with the code of before', () => {
  it('cannot overwrite the life, and what it writes is filled in', async () => {
    const uid = freshUid();
    await store(uid);
    await confirm(uid);
    await replaceAsOldCode(uid);
    await replaceAsOldCode(uid);
    expect(await history.facts(uid)).toMatchObject({ version: 4, content_version: 4, status: 'confirmed' });
    expect(await told(uid)).toEqual([
      [1, 'received', 'api'],
      [2, 'status', 'api'],
      [3, 'content', 'api'],
      [4, 'content', 'api'],
    ]);
  });

  it('may be the first to change an order that was there before', async () => {
    const uid = freshUid();
    await store(uid);
    await makeOld(uid, 2);
    await replaceAsOldCode(uid);
    await confirm(uid);
    expect(await told(uid)).toEqual([
      [2, 'received', 'api'],
      [3, 'content', 'api'],
      [4, 'status', 'api'],
    ]);
  });

  it('leaves what our own code writes alone', async () => {
    const uid = freshUid();
    await store(uid);
    await store(uid, 'second');
    await confirm(uid);
    await store(uid, 'third');
    expect(await told(uid)).toHaveLength(4);
  });
});

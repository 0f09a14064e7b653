import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { IdempotencyKeys, type RepeatableAnswer } from './idempotency-keys.js';

let house: WaybillDatabase;
let keys: IdempotencyKeys;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  keys = new IdempotencyKeys(house.database);
});

afterAll(async () => {
  keys.onModuleDestroy();
  await house.drop();
});

const freshKey = (): string => `key-${++serial}`;
const body = Buffer.from('{"order":1}');
const otherBody = Buffer.from('{"order":2}');

const answer = (n: number): RepeatableAnswer => ({
  status: 201,
  headers: { location: `/api/orders/${n}`, etag: '"v1"' },
  body: JSON.stringify({ order_uid: `${n}`, outcome: 'stored' }),
});

/** Work that counts its runs and answers with their number. */
function work(): () => Promise<RepeatableAnswer> {
  let runs = 0;
  return vi.fn(() => Promise.resolve(answer(++runs)));
}

/** A request that is under way until `finish` is called. */
async function underWay(key: string): Promise<{ finish: () => void; done: Promise<RepeatableAnswer> }> {
  let finish = (): void => undefined;
  let begun = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const done = keys.once(key, body, () => {
    begun();
    return new Promise((resolve) => (finish = () => resolve(answer(1))));
  });
  await hasBegun;
  return { finish, done };
}

describe('a request with an Idempotency-Key', () => {
  it('is done once; sent again it gets the first answer, to the letter', async () => {
    const key = freshKey();
    const job = work();
    expect(await keys.once(key, body, job)).toEqual(answer(1));
    expect(await keys.once(key, Buffer.from(body), job)).toEqual(answer(1));
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('has nothing to do with one of another key', async () => {
    const job = work();
    await keys.once(freshKey(), body, job);
    expect(await keys.once(freshKey(), body, job)).toEqual(answer(2));
  });

  it('is refused with 422 when its key came with another body, under way or done', async () => {
    const key = freshKey();
    const { finish, done } = await underWay(key);
    await expect(keys.once(key, otherBody, work())).rejects.toMatchObject({ status: 422 });
    finish();
    await done;
    await expect(keys.once(key, otherBody, work())).rejects.toMatchObject({
      status: 422,
      errors: [{ path: 'Idempotency-Key' }],
    });
  });

  it('is told to come again with 409 while the first one is under way', async () => {
    const key = freshKey();
    const { finish, done } = await underWay(key);
    await expect(keys.once(key, body, work())).rejects.toMatchObject({
      status: 409,
      headers: { 'retry-after': '1' },
    });
    finish();
    await done;
    expect(await keys.once(key, body, work())).toEqual(answer(1));
  });

  it('is done once however many of them come at the same time', async () => {
    const key = freshKey();
    const job = work();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => keys.once(key, body, job)));
    expect(job).toHaveBeenCalledTimes(1);
    for (const one of all) {
      if (one.status === 'fulfilled') expect(one.value).toEqual(answer(1));
      else expect(one.reason).toMatchObject({ status: 409 });
    }
  });

  it('frees its key when it fails, also for another body', async () => {
    const key = freshKey();
    const failing = keys.once(key, body, () => Promise.reject(new Error('the database is away')));
    await expect(failing).rejects.toThrow('the database is away');
    expect(await keys.once(key, otherBody, work())).toEqual(answer(1));
  });

  it('takes over from one that was under way when its process died', async () => {
    const key = freshKey();
    const { finish, done } = await underWay(key);
    await house.rows(`UPDATE idempotency_keys SET locked_until = now() - interval '1 s' WHERE key = $1`, [
      key,
    ]);
    expect(await keys.once(key, body, work())).toEqual(answer(1));
    finish();
    await done;
  });

  it('is a new one a day later, whatever its body', async () => {
    const key = freshKey();
    const job = work();
    await keys.once(key, body, job);
    await house.rows(`UPDATE idempotency_keys SET created_at = now() - interval '25 h' WHERE key = $1`, [
      key,
    ]);
    expect(await keys.once(key, otherBody, job)).toEqual(answer(2));
  });
});

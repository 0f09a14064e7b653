import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../config/environment.js';
import { Lifecycle } from '../lifecycle.js';
import { createLogger } from '../logging/logger.js';
import { knownFailures } from '../known-failures.js';
import {
  IdempotencyKeys,
  type KeyClaim,
  OvertakenError,
  parseIdempotencyKey,
  type RepeatableAnswer,
} from './idempotency-keys.js';
import { TooBusyError } from './too-busy.error.js';

let house: WaybillDatabase;
let keys: IdempotencyKeys;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  keys = keysWith({});
});

afterAll(async () => {
  keys.onModuleDestroy();
  await house.drop();
});

function keysWith(settings: Partial<Environment>): IdempotencyKeys {
  const environment = Object.assign(new Environment(), settings);
  // A process has one of them.
  register.removeSingleMetric('waybill_idempotency_keys');
  return new IdempotencyKeys(
    house.database,
    environment,
    createLogger('silent'),
    new Lifecycle(createLogger('silent')),
  );
}

const freshKey = (): string => `key-${++serial}`;
const body = Buffer.from('{"order":1}');
const otherBody = Buffer.from('{"order":2}');

const answer = (n: number): RepeatableAnswer => ({
  status: 201,
  headers: { location: `/api/orders/${n}`, etag: '"v1"' },
  body: JSON.stringify({ order_uid: `${n}`, outcome: 'stored' }),
});

/** Writes the answer as a work has to, in a transaction of its own. */
const keep = (claim: KeyClaim, kept: RepeatableAnswer): Promise<RepeatableAnswer> =>
  house.database.transaction(async (tx) => {
    const own = await keys.lock(tx, [claim]);
    if (!own.has(claim)) throw new OvertakenError();
    await keys.answer(tx, [{ claim, answer: kept }]);
    return kept;
  });

/** Work that counts its runs and answers with their number. */
function work(): (claim: KeyClaim) => Promise<RepeatableAnswer> {
  let runs = 0;
  return vi.fn((claim: KeyClaim) => keep(claim, answer(++runs)));
}

/** A promise, and what settles it. */
function latch(): { opened: Promise<void>; open: () => void; fail: (error: Error) => void } {
  let open = (): void => undefined;
  let fail: (error: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}

/** A request that is under way until `finish` is called, or fails once `fail` is. */
async function underWay(
  key: string,
): Promise<{ finish: () => void; fail: () => void; done: Promise<RepeatableAnswer> }> {
  const [begun, end] = [latch(), latch()];
  const done = keys.once(key, body, async (claim) => {
    begun.open();
    await end.opened;
    return keep(claim, answer(1));
  });
  await begun.opened;
  return { finish: end.open, fail: () => end.fail(new Error('failed')), done };
}

const letTimeRunOut = (key: string): Promise<object[]> =>
  house.rows(`UPDATE idempotency_keys SET locked_until = now() - interval '1 s' WHERE key = $1`, [key]);

const letAge = (key: string, age: string): Promise<object[]> =>
  house.rows(`UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE key = $1`, [key, age]);

describe('a request with an Idempotency-Key', () => {
  it('is done on each route for itself, also with the same key and body', async () => {
    const field = `"${freshKey()}"`;
    const [plain, scoped] = [parseIdempotencyKey(field), parseIdempotencyKey(field, 'POST /api/payments')];
    const job = work();
    expect(await keys.once(plain, body, job)).toEqual(answer(1));
    expect(await keys.once(scoped, body, job)).toEqual(answer(2));
    expect(await keys.once(plain, body, job)).toEqual(answer(1));
    // What is stored for the first route is what the version before has stored.
    expect(plain).toBe(field.slice(1, -1));
    expect(() => parseIdempotencyKey('"\tPOST /api/payments\tx"')).toThrow('the Idempotency-Key is not one');
  });

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
    await underWay(key);
    await letTimeRunOut(key);
    const job = work();
    expect(await keys.once(key, body, job)).toEqual(answer(1));
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('gives the answer of the one that took over from it, and leaves that as it is', async () => {
    const key = freshKey();
    const { finish, done } = await underWay(key);
    await letTimeRunOut(key);
    const second = (claim: KeyClaim): Promise<RepeatableAnswer> => keep(claim, answer(2));
    expect(await keys.once(key, body, second)).toEqual(answer(2));
    finish();
    expect(await done).toEqual(answer(2));
    expect(await keys.once(key, body, work())).toEqual(answer(2));
  });

  it('does not free the key of the one that took over from it when it fails', async () => {
    const key = freshKey();
    const first = await underWay(key);
    await letTimeRunOut(key);
    const second = await underWay(key);
    first.fail();
    await expect(first.done).rejects.toThrow('failed');
    await expect(keys.once(key, otherBody, work())).rejects.toMatchObject({ status: 422 });
    second.finish();
    expect(await second.done).toEqual(answer(1));
  });

  it('keeps its answer when it fails after its commit', async () => {
    const key = freshKey();
    const lost = keys.once(key, body, async (claim) => {
      await keep(claim, answer(1));
      throw new Error('Connection terminated unexpectedly');
    });
    await expect(lost).rejects.toThrow('Connection terminated');
    const job = work();
    expect(await keys.once(key, body, job)).toEqual(answer(1));
    expect(job).not.toHaveBeenCalled();
  });

  it.each([
    ['', false],
    [' and its time has run out', true],
  ])(
    'is told to come again at once also while the transaction of the first one is open%s',
    async (_, late) => {
      const key = freshKey();
      const first = keys.once(key, body, (claim) =>
        house.database.transaction(async (tx) => {
          if (late) await letTimeRunOut(key);
          await keys.lock(tx, [claim]);
          await expect(keys.once(key, body, work())).rejects.toMatchObject({ status: 409 });
          await keys.answer(tx, [{ claim, answer: answer(1) }]);
          return answer(1);
        }),
      );
      expect(await first).toEqual(answer(1));
    },
  );

  it('is told of a database that does not take its key in time, which is free again afterwards', async () => {
    const key = freshKey();
    const [held, release] = [latch(), latch()];
    let connections = 0;
    const holding = Array.from({ length: house.options.poolSize }, () =>
      house.database.transaction(async () => {
        if (++connections === house.options.poolSize) held.open();
        await release.opened;
      }),
    );
    await held.opened;
    const job = work();
    await expect(keys.once(key, body, job)).rejects.toBeInstanceOf(TooBusyError);
    release.open();
    await Promise.all(holding);
    await eventually(async () => expect(await keys.once(key, body, job)).toEqual(answer(1)));
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('is not held up by a table that somebody else has locked', async () => {
    const [locked, unlock] = [latch(), latch()];
    const locking = house.database.transaction(async (tx) => {
      await tx.query('LOCK TABLE idempotency_keys');
      locked.open();
      await unlock.opened;
    });
    await locked.opened;
    const startedAt = performance.now();
    const failure: unknown = await keys.once(freshKey(), body, work()).catch((error: unknown) => error);
    expect(knownFailures().kindOf(failure)).toBe('transient');
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    unlock.open();
    await locking;
  });

  it('is a new one a day later, whatever its body', async () => {
    const key = freshKey();
    const job = work();
    await keys.once(key, body, job);
    await letAge(key, '25 h');
    expect(await keys.once(key, otherBody, job)).toEqual(answer(2));
  });
});

describe('claims of one batch', () => {
  it('are each given their key once, and only if nobody has taken it over', async () => {
    const [a, b] = [freshKey(), freshKey()];
    const claims: KeyClaim[] = [];
    for (const key of [a, b]) {
      const under = keys.once(key, body, (claim) => {
        claims.push(claim);
        return Promise.resolve(answer(1));
      });
      await under;
    }
    const [first, second] = claims as [KeyClaim, KeyClaim];
    const overtaken: KeyClaim = { ...first };
    const gone: KeyClaim = { ...first, key: freshKey() };
    const ofAnotherBody: KeyClaim = { ...second, fingerprint: '00' };
    await house.database.transaction(async (tx) => {
      const own = await keys.lock(tx, [first, overtaken, gone, ofAnotherBody, second]);
      expect([...own]).toEqual([first, second]);
      await keys.answer(tx, [
        { claim: first, answer: answer(7) },
        { claim: second, answer: answer(8) },
      ]);
    });
    expect(await keys.once(a, body, work())).toEqual(answer(7));
    expect(await keys.once(b, body, work())).toEqual(answer(8));
  });
});

describe('the clean-up', () => {
  it('forgets keys that are older than a day, and no others', async () => {
    const [old, young] = [freshKey(), freshKey()];
    for (const key of [old, young]) await keys.once(key, body, work());
    await letAge(old, '24 h 1 s');
    await letAge(young, '23 h 59 min');
    await keys.cleanUp();
    const left = await house.rows<{ key: string }>('SELECT key FROM idempotency_keys WHERE key = ANY ($1)', [
      [old, young],
    ]);
    expect(left).toEqual([{ key: young }]);
    expect(await keys.once(young, body, work())).toEqual(answer(1));
  });
});

describe('as many keys as may be kept', () => {
  it('cost a new one a 503, and those that are there nothing, until some are forgotten', async () => {
    await house.rows('DELETE FROM idempotency_keys');
    const few = keysWith({ IDEMPOTENCY_KEYS_MAX: 3 });
    const others = keysWith({});
    try {
      const [own, ofAnotherProcess, third] = [freshKey(), freshKey(), freshKey()];
      await few.once(own, body, work());
      await others.once(ofAnotherProcess, body, work());
      await few.tidy();
      await few.once(third, body, work());
      const job = work();
      await expect(few.once(freshKey(), body, job)).rejects.toMatchObject({
        status: 503,
        headers: { 'retry-after': '60' },
      });
      expect(job).not.toHaveBeenCalled();
      for (const key of [own, ofAnotherProcess, third]) {
        expect(await few.once(key, body, job)).toEqual(answer(1));
      }
      await letAge(own, '24 h 1 s');
      await few.tidy();
      expect(await few.once(freshKey(), body, job)).toEqual(answer(1));
    } finally {
      few.onModuleDestroy();
      others.onModuleDestroy();
    }
  });

  it('have room again for each whose request has failed', async () => {
    await house.rows('DELETE FROM idempotency_keys');
    const few = keysWith({ IDEMPOTENCY_KEYS_MAX: 1 });
    try {
      await few.tidy();
      for (let n = 0; n < 3; n++) {
        await expect(few.once(freshKey(), body, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      }
      expect(await few.once(freshKey(), body, work())).toEqual(answer(1));
    } finally {
      few.onModuleDestroy();
    }
  });
});

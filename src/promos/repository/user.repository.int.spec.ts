import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { promos } from '../promos.module.js';
import { UserRepository } from './user.repository.js';

const MIB = 1_024 * 1_024;

let house: WaybillDatabase;
let users: UserRepository;
let logged: string[];

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
});
beforeEach(async () => {
  await house.rows('TRUNCATE promos.users');
  logged = [];
  users = new UserRepository(house.database, pino({}, { write: (line) => logged.push(line) }));
});
afterAll(() => house.drop());

/** One with texts of so many bytes. */
const store = (userId: string, deeplinkBytes: number, messageBytes = 0): Promise<unknown> =>
  house.rows(`INSERT INTO promos.users VALUES ($1, repeat('d', $2), repeat('m', $3))`, [
    userId,
    deeplinkBytes,
    messageBytes,
  ]);

const idsOf = (found: readonly { user_id: string }[]): string[] => found.map(({ user_id }) => user_id);

describe('users are found', () => {
  it('those that are there', async () => {
    await store('a', 1, 2);
    await store('b', 0, 0);
    const found = await users.find(['b', 'nobody', 'a']);
    expect(found).toEqual({
      users: [
        { user_id: 'b', deeplink: '', promo_message: '' },
        { user_id: 'a', deeplink: 'd', promo_message: 'mm' },
      ],
      tooLarge: [],
      ids: 3,
      isCurrent: true,
    });
  });

  it('and where none is there that is told of all ids', async () => {
    expect(await users.find(['x', 'y'])).toEqual({ users: [], tooLarge: [], ids: 2, isCurrent: true });
  });

  it('with larger texts up to the one that makes 4 MiB full', async () => {
    await store('a', MIB, MIB);
    await store('b', 2 * MIB - 1, 1);
    await store('c', 4_097);
    await store('d', 0, 4_097);
    await store('small', 4_096, 4_096);
    // One id may be asked for twice.
    const asked = ['a', 'nobody', 'a', 'b', 'small', 'c', 'd', 'c'];
    const first = await users.find(asked);
    expect(idsOf(first.users).sort()).toEqual(['a', 'b', 'small']);
    expect(first.ids).toBe(5);
    const others = await users.find(asked.slice(first.ids));
    expect(others.users).toEqual([
      { user_id: 'c', deeplink: 'd'.repeat(4_097), promo_message: '' },
      { user_id: 'd', deeplink: '', promo_message: 'm'.repeat(4_097) },
    ]);
    expect(others.ids).toBe(3);
  });

  it('in an order that the ids have, so that one at least is told of', async () => {
    await store('large', 5 * MIB);
    await store('larger', 6 * MIB);
    const found = await users.find(['larger', 'larger', 'nobody', 'large']);
    expect([idsOf(found.users), found.ids]).toEqual([['larger'], 3]);
  });

  it('but for those whose texts have more than 16 MiB, which are not read, and told of now and then', async () => {
    await store('fits', 16 * MIB - 1, 1);
    await store('large', 16 * MIB, 1);
    const fits = await users.find(['fits', 'large']);
    expect([idsOf(fits.users), fits.tooLarge, fits.ids]).toEqual([['fits'], [], 1]);
    expect(logged).toEqual([]);
    for (let n = 0; n < 3; n++) {
      const large = await users.find(['nobody', 'large', 'fits']);
      expect([large.users, large.tooLarge, large.ids]).toEqual([[], ['large'], 2]);
    }
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('the texts of a user are too large to be read');
  });
});

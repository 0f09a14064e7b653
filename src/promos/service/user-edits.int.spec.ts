import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { UserCache } from '../cache/user-cache.js';
import type { UserChanges } from '../model/user-changes.js';
import { promos } from '../promos.module.js';
import { UserRepository } from '../repository/user.repository.js';
import { UserEdits } from './user-edits.js';

const USER = { user_id: 'a', deeplink: 'x', promo_message: 'y' };

/** What was told, with what the database held by then. */
class Told {
  private readonly told: [changes: UserChanges, rows: Promise<object[]>][] = [];

  changed(changes: UserChanges): void {
    this.told.push([changes, house.rows('SELECT * FROM promos.users')]);
  }

  all(): Promise<[UserChanges, object[]][]> {
    return Promise.all(
      this.told.map(async ([changes, rows]): Promise<[UserChanges, object[]]> => [changes, await rows]),
    );
  }
}

let house: WaybillDatabase;
let told: Told;
let edits: UserEdits;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
});
beforeEach(async () => {
  await house.rows('TRUNCATE promos.users');
  told = new Told();
  edits = new UserEdits(
    new UserRepository(house.database, pino({ level: 'silent' })),
    told as unknown as UserCache,
  );
});
afterAll(() => house.drop());

it('whoever holds users is told of each change after its commit, and before its caller is', async () => {
  await edits.put(USER);
  expect(await told.all()).toEqual([[['a'], [USER]]]);
  const changed = { ...USER, deeplink: 'z' };
  await edits.put(changed, '*');
  expect((await told.all()).slice(1)).toEqual([[['a'], [changed]]]);
  await edits.remove('a', '*');
  expect((await told.all()).slice(2)).toEqual([[['a'], []]]);
});

it('is told also where the database has said something else than its caller took it for', async () => {
  await edits.put(USER);
  expect(await edits.put(USER, [])).toEqual({ outcome: 'mismatched', user: USER });
  expect(await edits.put(USER)).toEqual({ outcome: 'stored', user: USER });
  await edits.remove('a');
  expect(await edits.remove('a')).toEqual({ outcome: 'absent' });
  expect(await told.all()).toHaveLength(5);
});

it('is told nothing of a change that failed', async () => {
  await expect(edits.put({ ...USER, user_id: 'a'.repeat(21) })).rejects.toThrow('too long');
  expect(await told.all()).toEqual([]);
});

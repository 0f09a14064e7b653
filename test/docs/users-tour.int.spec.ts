import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { ORIGIN, Tour } from './tour.js';

const tour = new Tour('Look-ups of users');
const { commands } = tour;
/** The first block has two ways to fill the table. */
const [put, load] = commands[0]!.split(/\n(?=printf)/);

beforeAll(() => tour.start());
afterAll(() => tour.stop());

const lookUp = async (userId: string) => {
  const { status, body } = await tour.answerTo(`curl -i '${ORIGIN}/v1/users?user_id=${userId}'`);
  return { status, ...(JSON.parse(body) as { message: string; promo_message?: string }) };
};

describe('the tour of the README, with look-ups of users', () => {
  it('has four calls, of a program for users alone', () => {
    expect(commands).toHaveLength(3);
    expect(tour.settings).toEqual({ CONTEXTS: 'promos' });
  });

  it('sets a user', async () => {
    const { status, headers, body } = await tour.answerTo(put!);
    expect([status, headers.get('content-type')]).toEqual([201, JSON_TYPE]);
    expect(JSON.parse(body)).toEqual({
      user_id: 'user-1',
      deeplink: 'https://shop.example/spring',
      promo_message: '10 % off',
    });
  });

  it('takes a file', async () => {
    const counts = { rows: 1, created: 1, changed: 0, unchanged: 0 };
    expect(JSON.parse(await tour.output(load!))).toEqual(counts);
    expect(await lookUp('user-2')).toMatchObject({ status: 200, promo_message: '' });
  });

  it('looks a user up, at first in PostgreSQL and then in memory', async () => {
    const message = async (): Promise<string> =>
      (JSON.parse(await tour.output(commands[1]!)) as { message: string }).message;
    expect(await message()).toBe('ok:postgres');
    // While the change is still being told, what is read is not put into memory.
    await eventually(async () => expect(await message()).toBe('ok:memory'));
  });

  it('removes a user, who is not found from then on', async () => {
    expect((await tour.answerTo(commands[2]!)).status).toBe(204);
    expect(await lookUp('user-1')).toMatchObject({ status: 404, message: 'not found' });
  });
});

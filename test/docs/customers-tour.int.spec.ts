import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { Tour } from './tour.js';

const tour = new Tour('Customers in memory');
const [create, lookUp, list, remove] = tour.commands;

beforeAll(() => tour.start());
afterAll(() => tour.stop());

describe('the tour of the README, with customers', () => {
  it('has four calls, of a program for customers alone that takes changes', () => {
    expect(tour.commands).toHaveLength(4);
    expect(tour.settings).toEqual({ CONTEXTS: 'customers', CUSTOMERS_WRITES: 'on' });
  });

  it('creates a customer, looks it up, and finds its id', async () => {
    const created = await tour.answerTo(create!);
    expect([created.status, created.headers.get('location')]).toEqual([201, '/api/users/acc-1']);
    const { status, headers, body } = await tour.answerTo(lookUp!);
    expect([status, headers.get('content-type'), body]).toEqual([200, JSON_TYPE, created.body]);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(headers.get('etag')).toBe(`"${(JSON.parse(body) as { updatedAt: number }).updatedAt}"`);
    await eventually(async () => {
      expect((await tour.answerTo(lookUp!)).headers.get('x-data-lag')).toBe('0');
    });
    expect(JSON.parse(await tour.output(list!))).toEqual(['acc-1']);
  });

  it('deletes it, and finds it no more', async () => {
    expect((await tour.answerTo(remove!)).status).toBe(204);
    expect((await tour.answerTo(lookUp!)).status).toBe(404);
    expect(JSON.parse(await tour.output(list!))).toEqual([]);
  });
});

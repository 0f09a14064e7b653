import { expect, it } from 'vitest';
import { Health } from '../health/health.js';
import { TroubleCounts } from './trouble-counts.js';

it('tells counts by kind, what cannot be counted, and parts that are down', async () => {
  const health = new Health();
  health.report('start', { up: true });
  health.addCheck('database', () => ({ up: false, detail: 'away' }));
  health.addCheck('redis', () => ({ up: false }), { isOptional: true });
  health.addCheck('kafka', () => ({ up: true }));
  const trouble = new TroubleCounts(health);
  trouble.add('dead_letters', () => Promise.resolve({ count: 2, exact: true }));
  trouble.add('disputed_orders', () => Promise.reject(new Error('the database is away')));
  expect(await trouble.all()).toEqual({
    counts: { dead_letters: { count: 2, exact: true }, disputed_orders: null },
    not_ready: ['database', 'redis'],
  });
});

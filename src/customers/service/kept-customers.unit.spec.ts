import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import type { KeptCustomerRepository } from '../repository/kept-customer.repository.js';
import { KeptCustomers } from './kept-customers.js';

const HOUR_MS = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('are all there once they are read, and their tombstones are forgotten until the program stops', async () => {
  const memory = { put: vi.fn(), complete: vi.fn(), forgetTombstones: vi.fn() };
  const key = Buffer.from('a');
  const all = async function* () {
    yield [{ account_key: key, body: '{"updatedAt":7}' }];
  };
  const lifecycle = new Lifecycle(pino({ level: 'silent' }));
  const customers = { all } as unknown as KeptCustomerRepository;
  new KeptCustomers(lifecycle, customers, memory as unknown as CustomerMemory).onModuleInit();
  await lifecycle.start();
  const before = { partition: 0, offset: -1, time: 0n };
  expect(memory.put).toHaveBeenCalledExactlyOnceWith(key, '{"updatedAt":7}', 7n, before);
  expect(memory.complete).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(2 * HOUR_MS);
  expect(memory.forgetTombstones.mock.calls).toEqual([[HOUR_MS], [HOUR_MS]]);
  await lifecycle.close();
  expect(vi.getTimerCount()).toBe(0);
});

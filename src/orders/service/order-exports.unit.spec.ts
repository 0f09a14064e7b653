import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ExportedOrder } from '../model/exported-order.js';
import { OrdersSettings } from '../orders.settings.js';
import type { OrderExportRepository } from '../repository/order-export.repository.js';
import type { OrderExportMetrics } from './order-exports.metrics.js';
import { OrderExports } from './order-exports.js';

const LINES = { head: 'head\n', lineOf: () => 'an order\n' };
const AN_HOUR_MS = 3_600_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Orders without an end: only somebody else ends what is made of them. */
async function* endless(): AsyncGenerator<readonly ExportedOrder[], void> {
  for (;;) yield await Promise.resolve([{} as ExportedOrder]);
}

it('an export that somebody reads for hours is cut off, and makes room for another', async () => {
  const count = vi.fn();
  const exports = new OrderExports(
    { chunks: endless } as unknown as OrderExportRepository,
    Object.assign(new OrdersSettings(), { EXPORTS_MAX: 1 }),
    { observe: vi.fn(), count, countOrders: vi.fn() } as unknown as OrderExportMetrics,
    pino({ level: 'silent' }),
  );
  const stream = await exports.open({}, LINES);
  const broken = new Promise<Error>((resolve) => stream.once('error', resolve));
  stream.read();
  await vi.advanceTimersByTimeAsync(AN_HOUR_MS - 1);
  expect(stream.destroyed).toBe(false);
  await expect(exports.open({}, LINES)).rejects.toThrow('as many exports are under way');
  await vi.advanceTimersByTimeAsync(1);
  expect((await broken).message).toBe('it took longer than 3600 seconds');
  await vi.advanceTimersByTimeAsync(0);
  expect(count).toHaveBeenLastCalledWith('failed');
  (await exports.open({}, LINES)).destroy();
});

import { OrdersSettings } from '../src/orders/orders.settings.js';
import type { FilledDatabase } from './filled-database.js';
import { type MemoryHeld, memoryHeldBy } from './process-figures.js';
import { readGauge, startReady } from './ready-program.js';
import { type SurroundingsOptions, withSurroundings } from './surroundings.js';

const DEFAULTS = new OrdersSettings();

export interface StartRun {
  readonly seconds: number;
  /** Undefined without /proc. */
  readonly memory: MemoryHeld | undefined;
  readonly faults: readonly string[];
}

interface StartOptions extends SurroundingsOptions {
  readonly filled: FilledDatabase;
  /** By default that of CACHE_WARM_ORDERS. */
  readonly warmOrders?: number;
  readonly title: string;
}

/** Starts the program once, to the moment when it is ready. */
export async function runStart(options: StartOptions): Promise<StartRun> {
  const { filled, warmOrders = DEFAULTS.CACHE_WARM_ORDERS, progress, title } = options;
  return withSurroundings(options, async ({ settings }) => {
    progress.start(title);
    const ready = await startReady({ ...settings, CACHE_WARM_ORDERS: String(warmOrders) });
    const { program, url, startSeconds: seconds } = ready;
    try {
      const memory = memoryHeldBy(program.pid);
      const held = await readGauge(url, 'waybill_cache_entries', '{cache="orders"}');
      progress.finish();
      const expected = Math.min(filled.orders, warmOrders);
      const faults = held === expected ? [] : [`${title}: ${held} orders in the cache, expected ${expected}`];
      return { seconds, memory, faults };
    } finally {
      await program.stop();
    }
  });
}

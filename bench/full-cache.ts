import { isDeepStrictEqual } from 'node:util';
import { BYTES_PER_MB, type Measurement, measuredWherePossible } from './benchmark.js';
import type { FilledDatabase } from './filled-database.js';
import { filledOrder } from './filled-orders.js';
import { type Answer, KeptConnections } from './kept-connections.js';
import { type MemoryHeld, memoryHeldBy } from './process-figures.js';
import { type ReadyProgram, readGauge, startReady } from './ready-program.js';
import { type SurroundingsOptions, withSurroundings } from './surroundings.js';

/** An order of ours is reckoned at about 2,160 bytes: a quarter more than fit are loaded at the start. */
const BYTES_PER_WARM_ORDER = 1_750;
/** As many others are asked for afterwards as make a quarter of what is held come and go. */
const BYTES_PER_OTHER_ORDER = 8_000;
const CONNECTIONS = 8;

export const FULL_CACHE_DEFINITION = [
  'full cache: more orders are loaded at the start than CACHE_MAX_BYTES has room for; then others are read over HTTP,',
  'none of which is in memory, so that each drives another out. Then memory is looked at. Reckoned: waybill_cache_bytes.',
];

export interface FullCacheRun {
  readonly heldOrders: number;
  readonly reckonedBytes: number;
  /** Undefined without /proc. */
  readonly memory: MemoryHeld | undefined;
  readonly faults: readonly string[];
}

export interface FullCacheOptions extends SurroundingsOptions {
  readonly filled: FilledDatabase;
  readonly maxBytes: number;
  readonly title: string;
}

/** How many of the tables' orders are loaded at the start, and how many of the rest are asked for. */
export function fullCacheOrders(maxBytes: number): { warmOrders: number; otherOrders: number } {
  return {
    warmOrders: Math.ceil(maxBytes / BYTES_PER_WARM_ORDER),
    otherOrders: Math.ceil(maxBytes / BYTES_PER_OTHER_ORDER),
  };
}

/** Runs the program with its cache at its limit. */
export async function runFullCache(options: FullCacheOptions): Promise<FullCacheRun> {
  const { maxBytes, title, progress } = options;
  const { warmOrders, otherOrders } = fullCacheOrders(maxBytes);
  return withSurroundings(options, async ({ settings }) => {
    progress.start(title);
    const ready = await startReady({
      ...settings,
      CACHE_MAX_BYTES: String(maxBytes),
      CACHE_WARM_ORDERS: String(warmOrders),
    });
    try {
      const wrongAnswers = await readOldest(ready, otherOrders, (read) => progress.show(read, otherOrders));
      const memory = memoryHeldBy(ready.program.pid);
      const heldOrders = await readGauge(ready.url, 'waybill_cache_entries', '{cache="orders"}');
      const reckonedBytes = await readGauge(ready.url, 'waybill_cache_bytes', '{cache="orders"}');
      progress.finish();
      const faults: string[] = [];
      if (wrongAnswers > 0) faults.push(`${title}: ${wrongAnswers} answers were not the order asked for`);
      if (heldOrders >= warmOrders) faults.push(`${title}: all orders fitted, so the limit was not reached`);
      if (reckonedBytes > maxBytes) faults.push(`${title}: it held ${reckonedBytes} bytes of ${maxBytes}`);
      return { heldOrders, reckonedBytes, memory, faults };
    } finally {
      await ready.program.stop();
    }
  });
}

/** Reads the orders that were received first, and returns how many answers were wrong. */
async function readOldest(
  { url }: ReadyProgram,
  count: number,
  onRead: (read: number) => void,
): Promise<number> {
  const orders = Array.from({ length: count }, (_, place) => filledOrder(place));
  const paths = orders.map((order) => `/api/orders/${order.order_uid}`);
  const connections = new KeptConnections(url, CONNECTIONS);
  const isRight = ({ status, body }: Answer, index: number): boolean =>
    status === 200 && isDeepStrictEqual(JSON.parse(body), orders[index]);
  let read = 0;
  let wrongAnswers = 0;
  try {
    await connections.getAll(paths, (answer, index) => {
      if (!isRight(answer, index)) wrongAnswers++;
      onRead(++read);
    });
    return wrongAnswers;
  } finally {
    connections.close();
  }
}

export function measurementsOfFullCache(runs: readonly FullCacheRun[], maxBytes: number): Measurement[] {
  const megabytes = (name: string, bytes: (memory: MemoryHeld, run: FullCacheRun) => number): Measurement[] =>
    measuredWherePossible(
      `full cache: ${name}`,
      'MB',
      runs.map((run) => run.memory && bytes(run.memory, run) / BYTES_PER_MB),
    );
  return [
    { name: 'full cache: CACHE_MAX_BYTES', unit: 'MB', rounds: [maxBytes / BYTES_PER_MB] },
    {
      name: 'full cache: reckoned',
      unit: 'MB',
      rounds: runs.map(({ reckonedBytes }) => reckonedBytes / BYTES_PER_MB),
    },
    ...megabytes('memory', ({ nowBytes }) => nowBytes),
    ...megabytes('memory at most', ({ peakBytes }) => peakBytes),
    ...megabytes('memory at most, beside CACHE_MAX_BYTES', ({ peakBytes }) => peakBytes - maxBytes),
    { name: 'full cache: orders held', unit: 'orders', rounds: runs.map(({ heldOrders }) => heldOrders) },
  ];
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type JsonObject, sampleOrder } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { createPipeline, type Pipeline } from './order-pipeline.harness.js';

const kafka = useTier('kafka');

const WRITERS = 50;
const PIECES = 10;
const SINGLE_ROUNDS = 100;
const PAIR_ROUNDS = 20;
/** As many lanes weigh orders at once, half of them in each process. */
const PARTITIONS = 8;
const ROUNDS_AT_ONCE = 4;
const SETTLED_WITHIN_MS = 120_000;

interface Round {
  readonly name: string;
  /** What each of its orders wants, a piece of each; every second order names it in the opposite order. */
  readonly things: readonly number[];
}

const ROUNDS: readonly Round[] = Array.from({ length: SINGLE_ROUNDS + PAIR_ROUNDS }, (_, index) => ({
  name: `race-${index + 1}`,
  things: index < SINGLE_ROUNDS ? [2 * index + 1] : [2 * index + 1, 2 * index + 2],
}));

/** How many orders of a round have come to which end. */
type Ends = Record<string, number>;

const ENDS = `
  SELECT split_part(order_uid, '_', 1) AS round,
    concat_ws(': ', life, (SELECT reason FROM order_history h WHERE h.order_uid = o.order_uid AND h.current = 'cancelled')) AS how,
    count(*)::int AS orders
  FROM orders o GROUP BY 1, 2`;

const LEVELS = 'SELECT chrt_id::int, on_hand::int, reserved::int FROM inventory.stock';

const NEVER_HAD = `
  SELECT * FROM inventory.movements WHERE reserved < 0 OR on_hand < reserved OR on_hand < 0`;

const DEADLOCKS = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';

describe.skipIf(kafka.skipped)('the last pieces of a thing', () => {
  let pipeline: Pipeline;
  let processes: WaybillProcess[];

  beforeAll(async () => {
    pipeline = await createPipeline(kafka.brokers, { partitions: PARTITIONS });
    const own = (name: string): string => pipeline.topic.replace('orders', name);
    const settings = {
      CONTEXTS: 'orders,inventory',
      STOCK_STATUS_TOPIC: own('stock-status'),
    };
    const first = await pipeline.start(settings);
    processes = [first, await pipeline.start(settings)];
  });
  afterAll(() => pipeline.close());

  it(`are had by ${PIECES} of ${WRITERS} writers, ${SINGLE_ROUNDS} times, and by as many where all want two things in opposite orders, and nobody deadlocks`, async () => {
    for (const { things } of ROUNDS) await Promise.all(things.map((thing) => count(thing)));
    const deadlocksBefore = await deadlocks();
    for (let at = 0; at < ROUNDS.length; at += ROUNDS_AT_ONCE) {
      await Promise.all(ROUNDS.slice(at, at + ROUNDS_AT_ONCE).map((round) => race(round)));
    }
    const expected = { confirmed: PIECES, 'cancelled: out_of_stock': WRITERS - PIECES };
    const all = Object.fromEntries(ROUNDS.map(({ name }) => [name, expected]));
    await eventually(
      async () => {
        await requireNoneNegative();
        expect(await ends()).toEqual(all);
      },
      { timeoutMs: SETTLED_WITHIN_MS },
    );
    await requireNoneNegative();
    const { rows: levels } = await pipeline.db.query<{ on_hand: number; reserved: number }>(LEVELS);
    expect(levels).toHaveLength(ROUNDS.flatMap(({ things }) => things).length);
    for (const level of levels) expect(level).toMatchObject({ on_hand: PIECES, reserved: PIECES });
    expect((await pipeline.db.query(NEVER_HAD)).rows).toEqual([]);
    // Else it would have been no race.
    for (const program of processes) expect(await weighedBy(program)).toBeGreaterThan(ROUNDS.length);
    // A session counts its deadlocks before it ends, or a while later.
    await Promise.all(processes.map((program) => program.stop()));
    expect(await deadlocks()).toBe(deadlocksBefore);
  }, 180_000);

  async function count(thing: number): Promise<void> {
    const answer = await fetch(`${processes[0]!.url}/api/inventory/${thing}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nm_id: 1, on_hand: PIECES }),
    });
    expect(answer.status, await answer.text()).toBe(201);
  }

  /** All at once, to either process. */
  async function race({ name, things }: Round): Promise<void> {
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const wanted = writer % 2 === 0 ? things : things.toReversed();
        const body = JSON.stringify(orderOf(`${name}_${writer}`, wanted));
        // A connection that was idle may be closed as it is used; the same order again is the same order.
        await eventually(async () => {
          const { url } = processes[writer % 2]!;
          const headers = { 'content-type': 'application/json' };
          const answer = await fetch(`${url}/api/orders`, { method: 'POST', headers, body });
          expect(answer.status, await answer.text()).toBeOneOf([200, 201]);
        });
      }),
    );
  }

  async function ends(): Promise<Record<string, Ends>> {
    const { rows } = await pipeline.db.query<{ round: string; how: string; orders: number }>(ENDS);
    const rounds: Record<string, Ends> = {};
    for (const { round, how, orders } of rows) (rounds[round] ??= {})[how] = orders;
    return rounds;
  }

  async function requireNoneNegative(): Promise<void> {
    const { rows } = await pipeline.db.query(`${LEVELS} WHERE on_hand < reserved OR reserved < 0`);
    expect(rows).toEqual([]);
  }

  async function deadlocks(): Promise<number> {
    const { rows } = await pipeline.db.query<{ deadlocks: number }>(DEADLOCKS);
    return rows[0]!.deadlocks;
  }

  /** How many announcements of inventory came from this process. */
  async function weighedBy({ url }: WaybillProcess): Promise<number> {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith('waybill_inventory_announced_total{'));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
});

function orderOf(order_uid: string, things: readonly number[]): JsonObject {
  const order = sampleOrder();
  const [line] = order['items'] as [JsonObject];
  return { ...order, order_uid, items: things.map((chrt_id) => ({ ...line, chrt_id })) };
}

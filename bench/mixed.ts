import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { CONNECTIONS, type LoadResult } from './load/load-options.js';
import type { Together } from './mixed/mixed-load.js';
import { type MixedRound, mixedRound, type MixedSettings } from './mixed/mixed-round.js';
import { Figures } from './read/figures.js';
import type { Services } from './services.js';

const DEFINITION = [
  'GETs of orders that are in memory, at an even pace over 64 connections; "with orders": while other orders, distinct,',
  'two items and about 1 kB of JSON each, come to a topic of 4 partitions at an even pace too, 20 ms of them at a time.',
  'waybill: the built program, all roles, its own defaults but for CACHE_WARM_ORDERS; both loads have warmed it up.',
  "raw: Node's own HTTP server with the same answers in memory, in a process of its own; the program takes the orders",
  'in all the same, and is not asked.',
  'A latency runs from when a GET is due, by a clock of 1 ms and also when no connection is free then, to the end of its',
  'answer. What sends the GETs, what sends the orders, Kafka and PostgreSQL share the cores with the program, so that a',
  'latency holds the time that the sender itself had to wait for a core before it could see the answer.',
  'behind: the most that the orders on the topic were ahead of those whose offsets the program had committed, after its',
  'commit to PostgreSQL ("stored"), and of the status events on their topic ("out"), looked at every 200 ms, in seconds',
  'of orders. caught up: from the acknowledgement of the last order until none was missing, looked at every 50 ms.',
];

/** Orders are asked for while others come in. */
export const mixed: Benchmark = {
  name: 'mixed',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const settings: MixedSettings = {
      seconds: settingFrom('BENCH_MIXED_SECONDS', 20),
      warmUpSeconds: settingFrom('BENCH_MIXED_WARM_UP_SECONDS', 3),
      storedOrders: settingFrom('BENCH_MIXED_STORED_ORDERS', 20_000),
      ordersPerSecond: settingFrom('BENCH_MIXED_ORDERS_PER_SECOND', 5_000),
      getsPerSecond: settingFrom('BENCH_MIXED_GETS_PER_SECOND', 10_000),
    };
    const figures = new Figures();
    const faults: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      const title = `mixed, round ${round} of ${rounds}`;
      const measured = await mixedRound({ services, settings, progress, title });
      addRound(figures, measured);
      faults.push(...measured.faults);
    }
    return {
      definition: DEFINITION,
      settings: { rounds, connections: CONNECTIONS, ...settings },
      measurements: figures.measurements(),
      faults,
    };
  },
};

function addRound(figures: Figures, { waybill, raw }: MixedRound): void {
  addGets(figures, 'waybill, with orders', waybill.together.gets);
  addGets(figures, 'waybill, GETs alone', waybill.alone);
  addGets(figures, 'raw, with orders', raw.together.gets);
  addGets(figures, 'raw, GETs alone', raw.alone);
  const { p99Ms } = waybill.together.gets;
  figures.add('p99 of waybill: with orders / GETs alone', 'times', p99Ms / waybill.alone.p99Ms);
  figures.add('p99 with orders: waybill / raw', 'times', p99Ms / raw.together.gets.p99Ms);
  addOrders(figures, waybill.together);
}

function addGets(figures: Figures, name: string, gets: LoadResult): void {
  figures.add(`${name}: answered`, 'GET/s', gets.answersPerSecond);
  figures.add(`${name}: p50`, 'ms', gets.p50Ms);
  figures.add(`${name}: p99`, 'ms', gets.p99Ms);
  figures.add(`${name}: max`, 'ms', gets.maxMs);
}

function addOrders(figures: Figures, together: Together): void {
  figures.add('orders in', 'orders/s', together.ordersPerSecond);
  figures.add('behind at most: stored', 's', together.behindStoredSeconds);
  figures.add('behind at most: out', 's', together.behindOutSeconds);
  figures.add('caught up: stored', 's', together.caughtUpStoredSeconds);
  figures.add('caught up: out', 's', together.caughtUpOutSeconds);
}

import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { CONNECTIONS, type LoadResult } from './load/load-options.js';
import type { Together } from './mixed/mixed-load.js';
import {
  type Arrangement,
  ARRANGEMENTS,
  type MixedRound,
  mixedRound,
  type MixedSettings,
} from './mixed/mixed-round.js';
import { Figures } from './read/figures.js';
import type { Services } from './services.js';

const DEFINITION = [
  'GETs of orders that are in memory, at an even pace over 64 connections; "with orders": while other orders, distinct,',
  'two items and about 1 kB of JSON each, come to a topic of 4 partitions at an even pace too, 20 ms of them at a time.',
  'waybill: the built program, its own defaults but for CACHE_WARM_ORDERS; both loads have warmed it up. "one process":',
  'all roles. "API apart": ROLES=api in one process, which is asked, and ROLES=consumer,relay in another.',
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
      seconds: settingFrom('BENCH_MIXED_SECONDS', 10),
      warmUpSeconds: settingFrom('BENCH_MIXED_WARM_UP_SECONDS', 3),
      storedOrders: settingFrom('BENCH_MIXED_STORED_ORDERS', 20_000),
      ordersPerSecond: settingFrom('BENCH_MIXED_ORDERS_PER_SECOND', 5_000),
      getsPerSecond: settingFrom('BENCH_MIXED_GETS_PER_SECOND', 10_000),
    };
    const figures = new Figures();
    const faults: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const arrangement of ARRANGEMENTS) {
        const title = `mixed, round ${round} of ${rounds}, ${arrangement}`;
        const measured = await mixedRound({ services, settings, arrangement, progress, title });
        addRound(figures, arrangement, measured);
        faults.push(...measured.faults);
      }
    }
    return {
      definition: DEFINITION,
      settings: { rounds, connections: CONNECTIONS, ...settings },
      measurements: figures.measurements(),
      faults,
    };
  },
};

function addRound(figures: Figures, arrangement: Arrangement, { waybill, raw }: MixedRound): void {
  addGets(figures, `${arrangement}: with orders`, waybill.together.gets);
  addGets(figures, `${arrangement}: GETs alone`, waybill.alone);
  addGets(figures, `${arrangement}: raw with orders`, raw.together.gets);
  addGets(figures, `${arrangement}: raw, GETs alone`, raw.alone);
  const ratio = waybill.together.gets.p99Ms / raw.together.gets.p99Ms;
  figures.add(`${arrangement}: p99 with orders: waybill / raw`, 'times', ratio);
  addOrders(figures, arrangement, waybill.together);
}

function addGets(figures: Figures, name: string, gets: LoadResult): void {
  figures.add(`${name}: answered`, 'GET/s', gets.answersPerSecond);
  figures.add(`${name}: p50`, 'ms', gets.p50Ms);
  figures.add(`${name}: p99`, 'ms', gets.p99Ms);
  figures.add(`${name}: max`, 'ms', gets.maxMs);
}

function addOrders(figures: Figures, arrangement: Arrangement, together: Together): void {
  figures.add(`${arrangement}: orders in`, 'orders/s', together.ordersPerSecond);
  figures.add(`${arrangement}: behind at most: stored`, 's', together.behindStoredSeconds);
  figures.add(`${arrangement}: behind at most: out`, 's', together.behindOutSeconds);
  figures.add(`${arrangement}: caught up: stored`, 's', together.caughtUpStoredSeconds);
  figures.add(`${arrangement}: caught up: out`, 's', together.caughtUpOutSeconds);
}

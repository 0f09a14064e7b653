import type { Progress } from '../../src/platform/progress.js';
import { IngestWatch } from '../ingest-watch.js';
import { CONNECTIONS, type LoadResult } from '../load/load-options.js';
import { startReference } from '../reference-server.js';
import { storeOrders } from '../read/stored-orders.js';
import { type ReadyProgram, startReady } from '../ready-program.js';
import type { HeldOrders } from '../references/ready-orders.js';
import { expectedRows, wrongCounts } from '../row-counts.js';
import { Script } from '../script.js';
import type { Services } from '../services.js';
import { type Surroundings, withSurroundings } from '../surroundings.js';
import { BacklogWatch } from './backlog-watch.js';
import type { EvenGetsOptions } from './even-gets.js';
import type { EvenOrdersOptions } from './even-orders.js';
import { MixedLoad, type Paces, type Together } from './mixed-load.js';

/** The roles of the program's processes, as ROLES takes them; the last one is asked for orders. */
const PROCESSES = {
  'one process': ['api,consumer,relay'],
  'API apart': ['consumer,relay', 'api'],
} as const;

export type Arrangement = keyof typeof PROCESSES;
export const ARRANGEMENTS = Object.keys(PROCESSES) as Arrangement[];

export interface MixedSettings extends Paces {
  /** How long orders are asked for alone, and again while others come in. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Those that are asked for; all are in the program's memory. */
  readonly storedOrders: number;
}

export interface MixedRoundOptions {
  readonly services: Services;
  readonly settings: MixedSettings;
  readonly arrangement: Arrangement;
  readonly progress: Progress;
  readonly title: string;
}

/** What one server answered. */
export interface GetsTwice {
  readonly alone: LoadResult;
  readonly together: Together;
}

export interface MixedRound {
  readonly waybill: GetsTwice;
  /** Node's own HTTP server with the same orders in memory; it is the program that the orders come in to. */
  readonly raw: GetsTwice;
  readonly faults: readonly string[];
}

/** What the loads of a round are made with. */
interface Stage {
  readonly load: MixedLoad;
  readonly reader: Script;
  readonly rawReader: Script;
}

type Stop = () => Promise<void>;

/** The same GETs twice, without and with orders that come in, on topics and a database of their own. */
export async function mixedRound(options: MixedRoundOptions): Promise<MixedRound> {
  const { services, settings, progress } = options;
  return withSurroundings({ services, progress }, async (surroundings) => {
    await storeOrders(surroundings.database.connection, settings.storedOrders, progress);
    const stops: Stop[] = [];
    try {
      const stage = await openStage(surroundings, options, stops);
      return await measure(stage, surroundings, options);
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  });
}

async function measure(
  { load, reader, rawReader }: Stage,
  surroundings: Surroundings,
  { settings, title }: MixedRoundOptions,
): Promise<MixedRound> {
  const { seconds, warmUpSeconds, storedOrders } = settings;
  await load.together(`${title}, warm-up`, reader, warmUpSeconds);
  await load.alone(`${title}, raw, warm-up`, rawReader, warmUpSeconds);
  const alone = await load.alone(`${title}, GETs alone`, reader, seconds);
  const rawAlone = await load.alone(`${title}, raw, GETs alone`, rawReader, seconds);
  const together = await load.together(title, reader, seconds);
  const rawTogether = await load.together(`${title}, raw`, rawReader, seconds);
  const wrong = await wrongIn(surroundings, storedOrders, load.ordersIn);
  return {
    waybill: { alone, together },
    raw: { alone: rawAlone, together: rawTogether },
    faults: [...load.faults, ...wrong.map((count) => `${title}: ${count}`)],
  };
}

/** @param stops gets what ends each part, also when a later part cannot be started */
async function openStage(
  { kafka, topics, settings: programSettings }: Surroundings,
  { settings, arrangement, progress, title }: MixedRoundOptions,
  stops: Stop[],
): Promise<Stage> {
  const { seconds, warmUpSeconds, storedOrders, ordersPerSecond } = settings;
  const start = async (file: string, options: object): Promise<Script> => {
    const script = Script.start(file, options);
    stops.push(() => script.stop());
    await script.said();
    return script;
  };
  const startReader = (url: string): Promise<Script> => {
    const options: EvenGetsOptions = { url, connections: CONNECTIONS, orders: storedOrders };
    return start('mixed/even-gets.ts', options);
  };
  progress.start(`${title}, starting`);
  const watch = await BacklogWatch.open(kafka, topics);
  stops.push(() => watch.close());
  const programs: ReadyProgram[] = [];
  for (const roles of PROCESSES[arrangement]) {
    const own = { ROLES: roles, CACHE_WARM_ORDERS: String(roles.includes('api') ? storedOrders : 0) };
    const ready = await startReady({ ...programSettings, ...own });
    stops.push(() => ready.program.stop());
    programs.push(ready);
  }
  const held: HeldOrders = { orders: storedOrders };
  const raw = await startReference('raw.ts', held);
  stops.push(() => raw.stop());
  const orders: EvenOrdersOptions = {
    brokers: programSettings.KAFKA_BROKERS!,
    topic: topics.orders,
    first: storedOrders,
    orders: ordersPerSecond * (warmUpSeconds + 2 * seconds),
  };
  const producer = await start('mixed/even-orders.ts', orders);
  const reader = await startReader(programs.at(-1)!.url);
  const rawReader = await startReader(raw.url);
  progress.finish();
  const checkAlive = (): void => {
    for (const { program } of programs) program.checkAlive();
  };
  return { load: new MixedLoad(producer, checkAlive, watch, settings, progress), reader, rawReader };
}

/** An order that was lost or came twice, and one that was refused, each show in a count. */
async function wrongIn(
  { database, kafka, topics }: Surroundings,
  ordersBefore: number,
  ordersIn: number,
): Promise<string[]> {
  const watch = await IngestWatch.open(database.connection, kafka, topics.status);
  try {
    const expected = { ...expectedRows(ordersBefore + ordersIn), statusEvents: ordersIn };
    return wrongCounts(await watch.settledCounts(), expected);
  } finally {
    await watch.close();
  }
}

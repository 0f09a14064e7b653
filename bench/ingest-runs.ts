import { IngestWatch, type IngestCounts } from './ingest-watch.js';
import { type CpuSeconds, cpuSecondsBetween, cpuSecondsOf, type Pids } from './cpu-users.js';
import { memoryHeldBy } from './process-figures.js';
import { migrate, Program } from './program.js';
import type { Progress } from '../src/platform/progress.js';
import { storeOneAtATime } from './references/one-at-a-time.js';
import { expectedRows, wrongCounts } from './row-counts.js';
import type { Surroundings } from './surroundings.js';

/** As KafkaServer logs it. */
const JOINED_LOG = 'joined the consumer group';

export interface IngestOptions {
  /** How many wait in the topic. */
  readonly orders: number;
  /** How many the tables hold from before; 0 by default. */
  readonly ordersBefore?: number;
  /** 1 by default. */
  readonly statusEventsPerOrder?: number;
  /** Whether the program is told to reach PostgreSQL by TLS, so that anything else is a fault. */
  readonly isOverTls?: boolean;
  readonly progress: Progress;
  readonly title: string;
}

export interface ReferenceRun {
  readonly seconds: number;
  readonly faults: readonly string[];
}

export interface ProgramRun {
  /** From the start of the process until its consumer has its partitions. */
  readonly startSeconds: number;
  /** These two from the moment that the consumer has its partitions. */
  readonly storedSeconds: number;
  readonly publishedSeconds: number;
  /** What the clock of `publishedSeconds` saw; undefined of processes that cannot be seen from here. */
  readonly cpuSeconds: CpuSeconds;
  /** Of the program, when all is out. */
  readonly residentBytes: number | undefined;
  readonly peakBytes: number | undefined;
  readonly faults: readonly string[];
}

export async function runReference(
  { kafka, database, topics }: Surroundings,
  { orders, progress, title }: IngestOptions,
): Promise<ReferenceRun> {
  await migrate(database.url);
  const watch = await IngestWatch.open(database.connection, kafka, topics.status);
  progress.start(title);
  try {
    const seconds = await storeOneAtATime({
      kafka,
      database: database.connection,
      topic: topics.orders,
      groupId: topics.groupId,
      orders,
      onStored: (stored) => progress.show(stored, orders),
    });
    progress.finish();
    const wrong = wrongCounts(await watch.settledCounts(), { ...expectedCounts(orders, 0), statusEvents: 0 });
    return { seconds, faults: wrong.map((count) => `${title}: ${count}`) };
  } finally {
    await watch.close();
  }
}

export async function runProgram(
  { kafka, brokerPid, database, topics, settings }: Surroundings,
  { orders, ordersBefore = 0, statusEventsPerOrder = 1, isOverTls = false, progress, title }: IngestOptions,
): Promise<ProgramRun> {
  const watch = await IngestWatch.open(database.connection, kafka, topics.status);
  const postmasterPid = await watch.postmasterPid();
  progress.start(title);
  const program = await Program.start(settings);
  const pids: Pids = { 'the program': program.pid, PostgreSQL: postmasterPid, 'the broker': brokerPid };
  try {
    const joined = await program.logged((line) => line.msg === JOINED_LOG && line.part === 'consumer');
    const cpuBefore = cpuSecondsOf(pids);
    const awaited = { orders, statusEvents: orders * statusEventsPerOrder };
    const { storedAtMs, publishedAtMs } = await watch.until(awaited, (statusEvents) => {
      program.checkAlive();
      progress.show(statusEvents, awaited.statusEvents);
    });
    const cpuAfter = cpuSecondsOf(pids);
    const memory = memoryHeldBy(program.pid);
    const inTheClear = isOverTls ? await watch.clearConnectionFaults() : [];
    progress.finish();
    const wrong = wrongCounts(await watch.settledCounts(), {
      ...expectedCounts(orders, ordersBefore),
      statusEvents: awaited.statusEvents,
    });
    return {
      startSeconds: (joined.atMs - program.startedAtMs) / 1_000,
      storedSeconds: (storedAtMs - joined.atMs) / 1_000,
      publishedSeconds: (publishedAtMs - joined.atMs) / 1_000,
      cpuSeconds: cpuSecondsBetween(cpuBefore, cpuAfter),
      residentBytes: memory?.nowBytes,
      peakBytes: memory?.peakBytes,
      faults: [...inTheClear, ...wrong].map((fault) => `${title}: ${fault}`),
    };
  } finally {
    await program.stop();
    await watch.close();
  }
}

function expectedCounts(orders: number, ordersBefore: number): IngestCounts {
  return { ...expectedRows(orders + ordersBefore), statusEvents: orders };
}

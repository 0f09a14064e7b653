import { IngestWatch, type IngestCounts } from './ingest-watch.js';
import { cpuSecondsOfTree, memoryHeldBy } from './process-figures.js';
import { migrate, Program } from './program.js';
import type { Progress } from '../src/platform/progress.js';
import { storeOneAtATime } from './references/one-at-a-time.js';
import { expectedRows, wrongCounts } from './row-counts.js';
import type { Surroundings } from './surroundings.js';

/** As KafkaServer logs it. */
const JOINED_LOG = 'joined the consumer group';

/** Whose CPU time is told apart. */
export const CPU_USERS = ['the program', 'PostgreSQL', 'the broker'] as const;
export type CpuUser = (typeof CPU_USERS)[number];

export interface IngestOptions {
  /** How many wait in the topic. */
  readonly orders: number;
  /** How many the tables hold from before; 0 by default. */
  readonly ordersBefore?: number;
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
  readonly cpuSeconds: Readonly<Record<CpuUser, number | undefined>>;
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
  { orders, ordersBefore = 0, progress, title }: IngestOptions,
): Promise<ProgramRun> {
  const watch = await IngestWatch.open(database.connection, kafka, topics.status);
  const postmasterPid = await watch.postmasterPid();
  progress.start(title);
  const program = await Program.start(settings);
  const pids = { 'the program': program.pid, PostgreSQL: postmasterPid, 'the broker': brokerPid };
  try {
    const joined = await program.logged((line) => line.msg === JOINED_LOG && line.part === 'consumer');
    const cpuBefore = cpuSecondsOf(pids);
    const { storedAtMs, publishedAtMs } = await watch.until(orders, (statusEvents) => {
      program.checkAlive();
      progress.show(statusEvents, orders);
    });
    const cpuAfter = cpuSecondsOf(pids);
    const memory = memoryHeldBy(program.pid);
    progress.finish();
    const wrong = wrongCounts(await watch.settledCounts(), expectedCounts(orders, ordersBefore));
    return {
      startSeconds: (joined.atMs - program.startedAtMs) / 1_000,
      storedSeconds: (storedAtMs - joined.atMs) / 1_000,
      publishedSeconds: (publishedAtMs - joined.atMs) / 1_000,
      cpuSeconds: ofEachCpuUser((user) => difference(cpuAfter[user], cpuBefore[user])),
      residentBytes: memory?.nowBytes,
      peakBytes: memory?.peakBytes,
      faults: wrong.map((count) => `${title}: ${count}`),
    };
  } finally {
    await program.stop();
    await watch.close();
  }
}

function cpuSecondsOf(pids: Record<CpuUser, number | undefined>): Record<CpuUser, number | undefined> {
  return ofEachCpuUser((user) => {
    const pid = pids[user];
    return pid === undefined ? undefined : cpuSecondsOfTree(pid);
  });
}

function ofEachCpuUser<T>(valueOf: (user: CpuUser) => T): Record<CpuUser, T> {
  return Object.fromEntries(CPU_USERS.map((user) => [user, valueOf(user)])) as Record<CpuUser, T>;
}

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

function expectedCounts(orders: number, ordersBefore: number): IngestCounts {
  return { ...expectedRows(orders + ordersBefore), statusEvents: orders };
}

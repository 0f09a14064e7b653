import { BYTES_PER_MB } from '../benchmark.js';
import { cpuSecondsOfTree, memoryHeldBy } from '../process-figures.js';
import { migrate, Program } from '../program.js';
import { Script } from '../script.js';
import type { PlainReadingsOptions } from '../references/plain-readings.js';
import type { Progress } from '../../src/platform/progress.js';
import type { Surroundings } from '../surroundings.js';
import { type ReadingCounts, ReadingWatch } from './reading-watch.js';

/** As KafkaServer logs it. */
const JOINED_LOG = 'joined the consumer group';

/** What the program has to be told to be for sensors alone. */
export const SENSORS_ALONE = { CONTEXTS: 'sensors' };

export interface ReadingRunOptions {
  /** What waits in the topic. */
  readonly expected: ReadingCounts;
  readonly progress: Progress;
  readonly title: string;
}

export interface ReadingRun {
  /** From the first rows that were seen to the last. */
  readonly readingsPerSecond: number;
  /** From having the partitions until the last row was seen. */
  readonly seconds: number;
  /** In those; undefined of processes that cannot be seen from here. */
  readonly cpuSeconds: number | undefined;
  readonly postgresCpuSeconds: number | undefined;
  readonly peakMb: number | undefined;
  readonly faults: readonly string[];
}

/** A process that stores readings, and when it had its partitions. */
interface Storing {
  readonly pid: number;
  readonly joinedAtMs: Promise<number>;
  checkAlive(): void;
  stop(): Promise<void>;
}

export async function storeByProgram(
  surroundings: Surroundings,
  options: ReadingRunOptions,
): Promise<ReadingRun> {
  const { settings, topics } = surroundings;
  await migrate(settings.DATABASE_URL!, SENSORS_ALONE);
  const { KAFKA_TOPIC: _, KAFKA_STATUS_TOPIC: __, ...ours } = settings;
  return measure(surroundings, options, async () => {
    const program = await Program.start({ ...ours, ...SENSORS_ALONE, SENSORS_TOPIC: topics.orders });
    const joined = program.logged(({ msg, part }) => msg === JOINED_LOG && part === 'sensors.consumer');
    return {
      pid: program.pid,
      joinedAtMs: joined.then(({ atMs }) => atMs),
      checkAlive: () => program.checkAlive(),
      stop: () => program.stop(),
    };
  });
}

export async function storePlainly(
  surroundings: Surroundings,
  options: ReadingRunOptions,
): Promise<ReadingRun> {
  const { settings, topics, database } = surroundings;
  await migrate(settings.DATABASE_URL!, SENSORS_ALONE);
  return measure(surroundings, options, () => {
    const started: PlainReadingsOptions = {
      brokers: settings.KAFKA_BROKERS!,
      connection: database.connection,
      topic: topics.orders,
      groupId: topics.groupId,
    };
    const script = Script.start('references/plain-readings.ts', started);
    return Promise.resolve({
      pid: script.pid,
      joinedAtMs: script.said<{ joinedAtMs: number }>().then(({ joinedAtMs }) => joinedAtMs),
      checkAlive: () => undefined,
      stop: () => script.stop(),
    });
  });
}

async function measure(
  { database }: Surroundings,
  { expected, progress, title }: ReadingRunOptions,
  start: () => Promise<Storing>,
): Promise<ReadingRun> {
  const watch = await ReadingWatch.open(database.connection);
  const postmasterPid = await watch.postmasterPid();
  progress.start(title);
  const storing = await start();
  const cpuSeconds = () => ({
    own: cpuSecondsOfTree(storing.pid),
    postgres: postmasterPid === undefined ? undefined : cpuSecondsOfTree(postmasterPid),
  });
  try {
    const joinedAtMs = await storing.joinedAtMs;
    const before = cpuSeconds();
    const { readings } = expected;
    const { firstAtMs, firstReadings, lastAtMs } = await watch.until(readings, (stored) => {
      storing.checkAlive();
      progress.show(stored, readings);
    });
    const after = cpuSeconds();
    const peakBytes = memoryHeldBy(storing.pid)?.peakBytes;
    progress.finish();
    return {
      readingsPerSecond: ((readings - firstReadings) * 1_000) / (lastAtMs - firstAtMs),
      seconds: (lastAtMs - joinedAtMs) / 1_000,
      cpuSeconds: difference(after.own, before.own),
      postgresCpuSeconds: difference(after.postgres, before.postgres),
      peakMb: peakBytes && peakBytes / BYTES_PER_MB,
      faults: faultsOf(title, await watch.counts(), expected),
    };
  } finally {
    await storing.stop();
    await watch.close();
  }
}

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

function faultsOf(title: string, counts: ReadingCounts, expected: ReadingCounts): string[] {
  const names = Object.keys(expected) as (keyof ReadingCounts)[];
  return names
    .filter((name) => counts[name] !== expected[name])
    .map((name) => `${title}: ${name}: ${counts[name]}, expected ${expected[name]}`);
}

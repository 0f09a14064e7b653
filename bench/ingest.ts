import type { Kafka, Message } from 'kafkajs';
import type { ConnectionSettings } from '../src/platform/database/embedded/connection-settings.js';
import { type Benchmark, type Findings, type Measurement, settingFrom } from './benchmark.js';
import { createDatabase } from './database.js';
import { type IngestCounts, IngestWatch, wrongCounts } from './ingest-watch.js';
import { ITEMS_PER_ORDER, orderEvents } from './order-events.js';
import { migrate, Program } from './program.js';
import type { Progress } from '../src/platform/progress.js';
import { storeOneAtATime } from './references/one-at-a-time.js';
import type { Services } from './services.js';
import { createTopics, deleteTopics, fillTopic, type RoundTopics } from './topics.js';

const DEFINITION = [
  'Distinct orders, two items and about 1 kB of JSON each, wait in a new topic of 4 partitions; the database is new.',
  'waybill: the built program, all roles, its own defaults. The clock starts when its consumer has its partitions and',
  'stops when every order is in the table ("stored"), and when every status event is on its topic too ("and out").',
  "It is looked at from outside every 50 ms, on the same machine and on the program's time.",
  "one at a time: eachMessage with auto-commit, one transaction an order, one INSERT a row, and none of the program's",
  'validation, outbox and status events. The clock starts when it has its partitions and stops after the last commit.',
];

/** As KafkaServer logs it. */
const JOINED_LOG = 'joined the consumer group';

/** What each part of a round has to itself. */
interface Surroundings {
  readonly kafka: Kafka;
  readonly brokers: string;
  readonly database: ConnectionSettings;
  readonly databaseUrl: string;
  readonly topics: RoundTopics;
}

interface ReferenceRun {
  readonly seconds: number;
  readonly faults: readonly string[];
}

interface ProgramRun {
  /** From the start of the process until its consumer has its partitions. */
  readonly startSeconds: number;
  /** These two from the moment that the consumer has its partitions. */
  readonly storedSeconds: number;
  readonly publishedSeconds: number;
  readonly faults: readonly string[];
}

/** Orders from Kafka into the database, and their status events out again. */
export const ingest: Benchmark = {
  name: 'ingest',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const orders = settingFrom('BENCH_ORDERS', 20_000);
    const referenceOrders = Math.min(settingFrom('BENCH_REFERENCE_ORDERS', 2_000), orders);
    const events = orderEvents(orders);
    const referenceEvents = events.slice(0, referenceOrders);
    const references: ReferenceRun[] = [];
    const programs: ProgramRun[] = [];
    // The two take turns, so that what slows the machine for a while slows both.
    for (let round = 1; round <= rounds; round++) {
      const title = `ingest, round ${round} of ${rounds}`;
      references.push(
        await withSurroundings(services, referenceEvents, (surroundings) =>
          runReference(surroundings, referenceOrders, progress, `${title}: one at a time`),
        ),
      );
      programs.push(
        await withSurroundings(services, events, (surroundings) =>
          runProgram(surroundings, orders, progress, `${title}: waybill`),
        ),
      );
    }
    return {
      definition: DEFINITION,
      settings: { rounds, orders, referenceOrders },
      measurements: measurementsOf(programs, orders, references, referenceOrders),
      faults: [...references, ...programs].flatMap((run) => run.faults),
    };
  },
};

function measurementsOf(
  programs: readonly ProgramRun[],
  orders: number,
  references: readonly ReferenceRun[],
  referenceOrders: number,
): Measurement[] {
  const unit = 'orders/s';
  const rates = (seconds: (run: ProgramRun) => number): number[] =>
    programs.map((run) => orders / seconds(run));
  const published = rates((run) => run.publishedSeconds);
  const fromStart = rates((run) => run.startSeconds + run.publishedSeconds);
  const reference = references.map((run) => referenceOrders / run.seconds);
  const ratios = published.map((rate, round) => rate / reference[round]!);
  return [
    { name: 'waybill: stored and out', unit, rounds: published },
    { name: 'waybill: stored', unit, rounds: rates((run) => run.storedSeconds) },
    { name: 'waybill: stored and out, from process start', unit, rounds: fromStart },
    {
      name: 'waybill: process start to partitions',
      unit: 's',
      rounds: programs.map((run) => run.startSeconds),
    },
    { name: 'one at a time: stored', unit, rounds: reference },
    { name: 'waybill (stored and out) / one at a time', unit: 'times', rounds: ratios },
  ];
}

async function withSurroundings<T>(
  services: Services,
  events: readonly Message[],
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  const { client: kafka, brokers } = await services.kafka();
  const { connection } = await services.postgres();
  const topics = await createTopics(kafka);
  await fillTopic(kafka, topics.orders, events);
  const database = await createDatabase(connection);
  try {
    return await work({
      kafka,
      brokers,
      database: database.connection,
      databaseUrl: database.url,
      topics,
    });
  } finally {
    await database.drop();
    await deleteTopics(kafka, topics);
  }
}

async function runReference(
  { kafka, database, databaseUrl, topics }: Surroundings,
  orders: number,
  progress: Progress,
  title: string,
): Promise<ReferenceRun> {
  await migrate(databaseUrl);
  const watch = await IngestWatch.open(database, kafka, topics.status);
  progress.start(title);
  try {
    const seconds = await storeOneAtATime({
      kafka,
      database,
      topic: topics.orders,
      groupId: topics.groupId,
      orders,
      onStored: (stored) => progress.show(stored, orders),
    });
    progress.finish();
    const wrong = wrongCounts(await watch.settledCounts(), { ...expectedCounts(orders), statusEvents: 0 });
    return { seconds, faults: wrong.map((count) => `${title}: ${count}`) };
  } finally {
    await watch.close();
  }
}

async function runProgram(
  { kafka, brokers, database, databaseUrl, topics }: Surroundings,
  orders: number,
  progress: Progress,
  title: string,
): Promise<ProgramRun> {
  const watch = await IngestWatch.open(database, kafka, topics.status);
  progress.start(title);
  const program = await Program.start({
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: topics.orders,
    KAFKA_STATUS_TOPIC: topics.status,
    KAFKA_DEAD_LETTER_TOPIC: topics.deadLetters,
    KAFKA_GROUP_ID: topics.groupId,
  });
  try {
    const joined = await program.logged((line) => line.msg === JOINED_LOG && line.part === 'consumer');
    const { storedAtMs, publishedAtMs } = await watch.until(orders, (statusEvents) => {
      program.checkAlive();
      progress.show(statusEvents, orders);
    });
    progress.finish();
    const wrong = wrongCounts(await watch.settledCounts(), expectedCounts(orders));
    return {
      startSeconds: (joined.atMs - program.startedAtMs) / 1_000,
      storedSeconds: (storedAtMs - joined.atMs) / 1_000,
      publishedSeconds: (publishedAtMs - joined.atMs) / 1_000,
      faults: wrong.map((count) => `${title}: ${count}`),
    };
  } finally {
    await program.stop();
    await watch.close();
  }
}

function expectedCounts(orders: number): IngestCounts {
  return {
    orders,
    deliveries: orders,
    payments: orders,
    items: orders * ITEMS_PER_ORDER,
    outbox: 0,
    deadLetters: 0,
    statusEvents: orders,
  };
}

import type { Progress } from '../../src/platform/progress.js';
import { type CpuSeconds, cpuSecondsBetween, cpuSecondsOf, type Pids } from '../cpu-users.js';
import { migrate, Program } from '../program.js';
import { startReady } from '../ready-program.js';
import { Script } from '../script.js';
import type { Services } from '../services.js';
import { type Surroundings, withSurroundings } from '../surroundings.js';
import { type DatabaseWork, LagWatch } from './lag-watch.js';
import { lastStatesOf, type ShopContext } from './last-states.js';
import { lifeOf, stockFile } from './life.js';
import type { LifeLoadOptions, LifeLoadResult } from './life-load.js';
import { LifeTopics } from './life-topics.js';
import { readToldStates, type ToldAt } from './told-states.js';

/** As KafkaServer logs it. */
const JOINED_LOG = 'joined the consumer group';

export interface LifeRunOptions {
  readonly services: Services;
  readonly progress: Progress;
  readonly title: string;
  readonly contexts: readonly ShopContext[];
  readonly lives: number;
  /** 0: all events wait in their topics when the program starts. */
  readonly livesPerSecond: number;
  /** Whether all orders want the same thing, and nothing else happens to them. */
  readonly isHot?: boolean;
}

export interface LifeRun {
  readonly load: LifeLoadResult;
  /** When the consumer of orders had its partitions, in milliseconds since the Unix epoch. */
  readonly beganAtMs: number;
  /** When everything was done, in milliseconds since the Unix epoch. */
  readonly doneAtMs: number;
  readonly lag: LagWatch['log'];
  /** On all topics, in and out. */
  readonly messages: number;
  readonly work: DatabaseWork;
  readonly cpuSeconds: CpuSeconds;
  readonly toldAt: ToldAt;
  readonly faults: readonly string[];
}

/** Lives that go through the built program, on topics and a database of their own. */
export async function runLives(options: LifeRunOptions): Promise<LifeRun> {
  const { services, progress, contexts } = options;
  return withSurroundings({ services, progress }, async (surroundings) => {
    const topics = new LifeTopics(surroundings.topics, contexts);
    await topics.create(surroundings.kafka);
    const settings = { ...surroundings.settings, ...topics.settings };
    await migrate(surroundings.database.url, settings);
    if (contexts.includes('inventory')) await importStock(settings);
    const watch = await LagWatch.open(surroundings.database.connection, surroundings.kafka, topics);
    const load = await startLoad(surroundings, topics, options);
    try {
      return await measure({ surroundings, settings, topics, watch, load }, options);
    } finally {
      await load.stop();
      await watch.close();
    }
  });
}

interface Stage {
  readonly surroundings: Surroundings;
  readonly settings: Record<string, string>;
  readonly topics: LifeTopics;
  readonly watch: LagWatch;
  readonly load: Script;
}

async function measure(stage: Stage, options: LifeRunOptions): Promise<LifeRun> {
  const { surroundings, settings, watch } = stage;
  const { livesPerSecond, progress, title } = options;
  progress.start(title);
  const waiting = livesPerSecond === 0 ? await stage.load.did<LifeLoadResult>({}) : undefined;
  // With all that waits the work begins before the program calls itself ready.
  const program = waiting ? await Program.start(settings) : (await startReady(settings)).program;
  try {
    await program.logged(({ msg, part }) => msg === JOINED_LOG && part === 'consumer');
    const beganAtMs = Date.now();
    const pids: Pids = {
      'the program': program.pid,
      PostgreSQL: await watch.postmasterPid(),
      'the broker': surroundings.brokerPid,
    };
    const before = { cpu: cpuSecondsOf(pids), work: await watch.work() };
    const load = waiting ?? (await drive(stage, program, options));
    const doneAtMs = await watch.untilAllDone(() => program.checkAlive());
    const after = { cpu: cpuSecondsOf(pids), work: await watch.work() };
    progress.finish();
    const messages = await watch.messages();
    const statusEvents = await countOn(surroundings);
    const { toldAt } = await readToldStates(surroundings.kafka, surroundings.topics.status, statusEvents);
    const faults = await faultsIn(stage, options);
    return {
      load,
      beganAtMs,
      doneAtMs,
      lag: watch.log,
      messages,
      work: {
        commits: after.work.commits - before.work.commits,
        rowsWritten: after.work.rowsWritten - before.work.rowsWritten,
      },
      cpuSeconds: cpuSecondsBetween(before.cpu, after.cpu),
      toldAt,
      faults: faults.map((fault) => `${title}: ${fault}`),
    };
  } finally {
    await program.stop();
  }
}

async function drive(
  { watch, load }: Stage,
  program: Program,
  { lives, livesPerSecond, progress }: LifeRunOptions,
): Promise<LifeLoadResult> {
  const startedAtMs = Date.now();
  const expectedMs = (lives / livesPerSecond) * 1_000;
  return watch.during(load.did<LifeLoadResult>({}), () => {
    program.checkAlive();
    progress.show(Math.min(Date.now() - startedAtMs, expectedMs), expectedMs);
  });
}

async function startLoad(
  { settings }: Surroundings,
  topics: LifeTopics,
  { lives, livesPerSecond, isHot = false }: LifeRunOptions,
): Promise<Script> {
  const options: LifeLoadOptions = {
    brokers: settings.KAFKA_BROKERS!,
    topics: topics.incoming,
    lives,
    livesPerSecond,
    isHot,
  };
  const script = Script.start('life/life-load.ts', options);
  await script.said();
  return script;
}

/** By a process that takes no events yet. @throws Error when the stock is not taken */
async function importStock(settings: Readonly<Record<string, string>>): Promise<void> {
  const { program, url } = await startReady({ ...settings, ROLES: 'api' });
  try {
    const answer = await fetch(`${url}/api/inventory/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: stockFile(),
    });
    if (answer.status !== 200)
      throw new Error(`the stock was not taken: ${answer.status} ${await answer.text()}`);
  } finally {
    await program.stop();
  }
}

async function countOn({ kafka, topics }: Surroundings): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const partitions = await admin.fetchTopicOffsets(topics.status);
    return partitions.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

/** A life that has come to something else than it should, an event that was refused, and stock that does not add up. */
async function faultsIn(
  { watch, settings }: Stage,
  { contexts, lives, isHot = false }: LifeRunOptions,
): Promise<string[]> {
  const expected = new Map<string, number>();
  for (let number = 0; number < lives; number++) {
    const states = isHot
      ? [contexts.includes('inventory') ? 'confirmed' : 'received', 'unpaid', 'none']
      : lastStatesOf(lifeOf(number).kind, contexts);
    expected.set(states.join(' '), (expected.get(states.join(' ')) ?? 0) + 1);
  }
  const found = await watch.lastStates();
  const faults = [...new Set([...expected.keys(), ...found.keys()])].flatMap((states) => {
    const [is, shouldBe] = [found.get(states) ?? 0, expected.get(states) ?? 0];
    return is === shouldBe ? [] : [`${is} orders are ${states}, expected ${shouldBe}`];
  });
  const letters = await watch.deadLetters();
  if (letters > 0) faults.push(`${letters} dead letters, expected none`);
  if (contexts.includes('inventory')) {
    const verification = await Program.start(settings, ['inventory', 'verify']);
    await verification.finished().catch((error: unknown) => faults.push(`the stock: ${String(error)}`));
  }
  return faults;
}

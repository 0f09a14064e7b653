import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { LAG_RECORDS, measureLag } from './customers/bench-lag.js';
import { bytesAtRest, type ColdLoad, countPlainly, heldBy, loadCold } from './customers/cold-load.js';
import { type CustomersStage, withCustomers, withState } from './customers/customers-stage.js';
import { measureHotCustomers } from './customers/hot-customers.js';
import { SERVER_CORE } from './pinning.js';
import { Figures } from './read/figures.js';
import { startReady } from './ready-program.js';
import type { Services } from './services.js';

const DEFINITION = [
  'Customers, 152 bytes of Avro datum each, wait in a new topic of 4 partitions; the schema comes from a server that has that',
  'one alone. waybill: the built program for the context customers alone, with its own defaults. load: it starts with nothing',
  'kept; "from the first record" begins when the first are seen to be held, looked at every 20 ms, and both end when it says',
  'that it is ready. bare eachBatch: kafkajs alone, which only counts, from its first batch to the last. memory:',
  'resident, after 10 s of rest, less that of one whose topic is empty. hot GET: 1,000 of the customers in turn, 64',
  'connections, beside raw node:http with the same answers out of a Map; a server that has been under load for 2 s is measured;',
  'one process on a core of its own, the load on the other. restart: with the snapshot that the stop before has written.',
  'produce to GET: 1,000 new customers, 100 a second, each from before it is produced until a GET shows it, asked every 2 ms.',
];

const HOT_CUSTOMERS = 1_000;
const REST_MS = 10_000;

/** A topic of customers held in memory: how fast it is loaded, what it costs, and how soon and how fast it answers. */
export const customers: Benchmark = {
  name: 'customers',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const records = settingFrom('BENCH_CUSTOMERS', 1_000_000);
    const seconds = settingFrom('BENCH_SECONDS', 5);
    const figures = new Figures();
    const faults: string[] = [];
    const emptyBytes = await withCustomers(services, progress, 0, (stage) =>
      measureEmpty(services, stage, progress),
    );
    await withCustomers(services, progress, records, async (stage) => {
      for (let round = 1; round <= rounds; round++) {
        const run = { services, stage, progress, figures, records, seconds, emptyBytes };
        faults.push(...(await runRound(run, round, `customers, round ${round} of ${rounds}`)));
      }
    });
    return {
      definition: DEFINITION,
      settings: { rounds, customers: records, seconds },
      measurements: figures.measurements(),
      faults,
    };
  },
};

interface Run {
  readonly services: Services;
  readonly stage: CustomersStage;
  readonly progress: Progress;
  readonly figures: Figures;
  readonly records: number;
  readonly seconds: number;
  readonly emptyBytes: number | undefined;
}

async function measureEmpty(
  services: Services,
  stage: CustomersStage,
  progress: Progress,
): Promise<number | undefined> {
  return withState(services, stage, async (settings) => {
    progress.start('customers, none in the topic');
    const { program } = await startReady(settings);
    try {
      return await bytesAtRest(program, REST_MS);
    } finally {
      await program.stop();
      progress.finish();
    }
  });
}

/** @returns what was wrong */
async function runRound(run: Run, round: number, title: string): Promise<string[]> {
  const { services, stage, progress, figures, records } = run;
  progress.start(`${title}: bare eachBatch`);
  const plain = await countPlainly(stage, records);
  const plainRate = plain.records / plain.seconds;
  progress.finish();
  return withState(services, stage, async (settings) => {
    progress.start(`${title}: load`);
    const load = await loadCold(settings, records);
    progress.finish();
    figures.add('load, from the first record: waybill', 'records/s', load.recordsPerSecond);
    figures.add('load: bare eachBatch', 'records/s', plainRate);
    figures.add('load: waybill / bare eachBatch', 'times', load.recordsPerSecond / plainRate);
    figures.add('load, from the start of the process: waybill', 's', load.seconds);
    const faults = await measureLoaded(run, load, title).finally(() => load.program.stop());
    faults.push(...(await measureRestart(run, settings, title)));
    progress.start(`${title}: hot GET, lag`);
    const { program, url } = await startReady(settings, SERVER_CORE);
    try {
      const hot = Math.min(HOT_CUSTOMERS, records);
      const wrong = await measureHotCustomers(url, hot, run.seconds, figures);
      // Those of the rounds before are in the topic already.
      const firstNew = records + (round - 1) * LAG_RECORDS;
      wrong.push(...(await measureLag(stage, url, firstNew, figures, progress)));
      program.checkAlive();
      faults.push(...wrong.map((fault) => `${title}: ${fault}`));
    } finally {
      await program.stop();
      progress.finish();
    }
    return faults;
  });
}

async function measureRestart(
  { figures, records, progress }: Run,
  settings: Readonly<Record<string, string>>,
  title: string,
): Promise<string[]> {
  progress.start(`${title}: restart`);
  const { program, url, startSeconds } = await startReady(settings);
  try {
    figures.add('restart from the snapshot, to ready', 's', startSeconds);
    const held = await heldBy(url);
    return held >= records ? [] : [`${title}: ${held} customers after the restart, of ${records}`];
  } finally {
    await program.stop();
    progress.finish();
  }
}

async function measureLoaded(
  { figures, records, emptyBytes, progress }: Run,
  { program, url }: ColdLoad,
  title: string,
): Promise<string[]> {
  progress.start(`${title}: at rest`);
  const bytes = await bytesAtRest(program, REST_MS);
  const held = await heldBy(url);
  progress.finish();
  if (bytes !== undefined && emptyBytes !== undefined) {
    figures.add('memory, (full - empty) / customers', 'bytes', (bytes - emptyBytes) / records);
  }
  return held >= records ? [] : [`${title}: ${held} customers are held, of ${records}`];
}

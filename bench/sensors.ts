import type { Progress } from '../src/platform/progress.js';
import {
  type Benchmark,
  type Findings,
  type Measurement,
  measuredWherePossible,
  ratios,
  settingFrom,
} from './benchmark.js';
import { createDatabase } from './database.js';
import { Figures } from './read/figures.js';
import { readingEvents } from './sensors/reading-events.js';
import { type ReadingRun, storeByProgram, storePlainly } from './sensors/reading-runs.js';
import { measureRecent } from './sensors/recent.js';
import type { Services } from './services.js';
import { withSurroundings } from './surroundings.js';

const DEFINITION = [
  'Readings of 1,000 sensors, one of each in turn, 70 bytes of JSON each, wait in a new topic of 4 partitions; the',
  'database is new. waybill: the built program for the context sensors alone, all roles, its own defaults. plain: kafkajs',
  'and pg alone, a batch of up to 1,000 readings a transaction, inserted by one statement with the same constraint, and',
  'none of the validation, latest readings and news. "stored" is the rate from the first rows that are seen to the last;',
  '"from having the partitions" begins when the consumer has them. It is looked at from outside every 50 ms, on the same',
  "machine and on the program's time. All rows are counted at the end. CPU: user and system time from having the",
  'partitions until the last row is there. MB: the most resident memory that the process ever had.',
  'hot GET: GET /recent/:sensor_id from memory, 64 connections, 1,000 sensors in turn, beside raw node:http with the same',
  'answers; not modified: with the right If-None-Match. A server that has been under load for 2 s is measured.',
];

const SENSORS = 1_000;
const CPU_READINGS = 100_000;

/** Readings from Kafka into the database, and the latest of each sensor out of memory. */
export const sensors: Benchmark = {
  name: 'sensors',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const readings = settingFrom('BENCH_READINGS', 600_000);
    const seconds = settingFrom('BENCH_SECONDS', 5);
    const figures = new Figures();
    const { plain, waybill } = await storeInTurns(services, progress, rounds, readings);
    const faults = [...plain, ...waybill].flatMap((run) => run.faults);
    const { connection } = await services.postgres();
    const database = await createDatabase(connection);
    try {
      const recent = { database, sensors: SENSORS, rounds, seconds };
      faults.push(...(await measureRecent(recent, figures, progress)));
    } finally {
      await database.drop();
    }
    return {
      definition: DEFINITION,
      settings: { rounds, readings, sensors: SENSORS, seconds },
      measurements: [
        ...measurementsOf('waybill', waybill, readings),
        ...measurementsOf('plain', plain, readings),
        { name: 'waybill / plain (stored)', unit: 'times', rounds: ratios(rates(waybill), rates(plain)) },
        ...figures.measurements(),
      ],
      faults,
    };
  },
};

/** They take turns, so that what slows the machine for a while slows both. */
async function storeInTurns(
  services: Services,
  progress: Progress,
  rounds: number,
  readings: number,
): Promise<{ plain: ReadingRun[]; waybill: ReadingRun[] }> {
  const surroundings = { services, progress, events: readingEvents(readings, SENSORS) };
  const expected = { readings, sensors: Math.min(SENSORS, readings), deadLetters: 0 };
  const plain: ReadingRun[] = [];
  const waybill: ReadingRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    const options = (name: string) => ({
      expected,
      progress,
      title: `sensors, round ${round} of ${rounds}: ${name}`,
    });
    plain.push(await withSurroundings(surroundings, (own) => storePlainly(own, options('plain'))));
    waybill.push(await withSurroundings(surroundings, (own) => storeByProgram(own, options('waybill'))));
  }
  return { plain, waybill };
}

const rates = (runs: readonly ReadingRun[]): number[] => runs.map((run) => run.readingsPerSecond);

function measurementsOf(name: string, runs: readonly ReadingRun[], readings: number): Measurement[] {
  const perReadings = (seconds: number | undefined): number | undefined =>
    seconds && (seconds * CPU_READINGS) / readings;
  const costs = (of: string, seconds: (run: ReadingRun) => number | undefined): Measurement[] =>
    measuredWherePossible(
      `${name}: CPU of ${of}, per ${CPU_READINGS.toLocaleString('en')} readings`,
      'CPU s',
      runs.map((run) => perReadings(seconds(run))),
    );
  return [
    { name: `${name}: stored`, unit: 'readings/s', rounds: rates(runs) },
    {
      name: `${name}: stored, from having the partitions`,
      unit: 'readings/s',
      rounds: runs.map((run) => readings / run.seconds),
    },
    ...costs('the process', (run) => run.cpuSeconds),
    ...costs('PostgreSQL', (run) => run.postgresCpuSeconds),
    ...measuredWherePossible(
      `${name}: memory at most`,
      'MB',
      runs.map((run) => run.peakMb),
    ),
  ];
}

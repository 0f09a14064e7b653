import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { type BenchDatabase, createDatabase } from './database.js';
import { migrate } from './program.js';
import { PROMOS_ALONE, storeUsers } from './promos/bench-users.js';
import { measureColdUsers } from './promos/cold-users.js';
import { measureHotUsers, measureTwoPrograms } from './promos/hot-users.js';
import { Figures } from './read/figures.js';
import type { Services } from './services.js';

const DEFINITION = [
  'GET /v1/users?user_id=… of the built program for the context promos alone, with its own defaults, Redis and PostgreSQL;',
  '64 connections. hot GET: 1,000 users that memory holds, in turn, beside raw node:http with the same answers, each with a',
  'new time in it; not modified: with the right If-None-Match. A server that has been under load for 2 s is measured; one',
  'process on a core of its own, the load on the other. two processes: one on each core, with 32 connections each, and the',
  'load on the same cores, so that the machine alone would do more. cold GET: each user is asked for once, by a program that',
  'has just started, and read from PostgreSQL; the first tenth is not measured.',
];

const HOT_USERS = 1_000;

/** Look-ups of users, from memory and from PostgreSQL. */
export const promos: Benchmark = {
  name: 'promos',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const users = settingFrom('BENCH_USERS', 200_000);
    const seconds = settingFrom('BENCH_SECONDS', 5);
    const figures = new Figures();
    const faults: string[] = [];
    const { connection } = await services.postgres();
    const { url: redisUrl } = await services.redis();
    const database = await createDatabase(connection);
    try {
      await fill(database, users, progress);
      const settings = { ...PROMOS_ALONE, DATABASE_URL: database.url, REDIS_URL: redisUrl };
      const hot = { settings, users: Math.min(HOT_USERS, users), rounds, seconds };
      faults.push(...(await measureHotUsers(hot, figures, progress)));
      faults.push(...(await measureTwoPrograms(hot, figures, progress)));
      for (let round = 1; round <= rounds; round++) {
        const title = `promos, from PostgreSQL, round ${round} of ${rounds}`;
        faults.push(...(await measureColdUsers(settings, users, figures, progress, title)));
      }
    } finally {
      await database.drop();
    }
    return {
      definition: DEFINITION,
      settings: { rounds, users, seconds },
      measurements: figures.measurements(),
      faults,
    };
  },
};

async function fill(database: BenchDatabase, users: number, progress: Progress): Promise<void> {
  progress.start(`storing ${users.toLocaleString('en')} users`);
  await migrate(database.url, PROMOS_ALONE);
  await storeUsers(database.connection, users);
  progress.finish();
}

import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Progress } from '../../src/platform/progress.js';
import { type BenchDatabase, onServer } from '../database.js';
import { overTls } from '../over-tls.js';
import { clearConnectionFaults } from '../postgres-tls.js';
import type { Services } from '../services.js';
import { measureCold } from './cold.js';
import { Figures } from './figures.js';
import { warmed } from './pinned-program.js';

const SETTLE_MS = 2_000;
const LOOK_EVERY_MS = 20;

const CLEAR = 'in the clear';
const TLS = 'by TLS';
const ROWS = { store: 'cold GET, with Redis', redis: 'GET from Redis' } as const;

export interface WithRedisOptions {
  readonly services: Services;
  readonly database: BenchDatabase;
  /** Orders that are stored; each is asked for once of each program. */
  readonly orderUids: readonly string[];
  readonly title: string;
}

interface Way {
  readonly column: typeof CLEAR | typeof TLS;
  /** Of the program, besides its database's. */
  readonly settings: Readonly<Record<string, string>> & { readonly REDIS_URL: string };
}

/** Measures what PostgreSQL and then Redis answer, in the clear and by TLS, where that can be. @returns what was wrong */
export async function measureWithRedis(
  options: WithRedisOptions,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const { services } = options;
  const round = new Figures();
  const byTls = await overTls(services, { withKafka: false }, ({ postgres, redis }) =>
    measureWay(options, { column: TLS, settings: { ...postgres, ...redis } }, round, progress),
  );
  if (byTls === undefined) return [];
  const { url } = await services.redis();
  const inTheClear = await measureWay(
    options,
    { column: CLEAR, settings: { REDIS_URL: url } },
    round,
    progress,
  );
  addTo(figures, round);
  return [...byTls, ...inTheClear];
}

async function measureWay(
  { database, orderUids, title }: WithRedisOptions,
  { column, settings }: Way,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const common = { settings: { ...warmed(database.url, 0), ...settings }, orderUids, column };
  return withRedis(settings.REDIS_URL, async (redis) => {
    await redis.flushAll();
    const check = async (): Promise<string[]> => {
      await untilSettled(() => redis.dbSize(), orderUids.length);
      return column === TLS ? onServer(database.connection, clearConnectionFaults) : [];
    };
    const cold = { ...common, row: ROWS.store, check };
    const faults = await measureCold(cold, figures, progress, `${title}, ${column}, from PostgreSQL`);
    const held = { ...common, row: ROWS.redis, tier: 'redis' as const };
    return [...faults, ...(await measureCold(held, figures, progress, `${title}, ${column}, from Redis`))];
  });
}

async function withRedis<T>(
  url: string,
  work: (redis: ReturnType<typeof clientOf>) => Promise<T>,
): Promise<T> {
  const redis = clientOf(url);
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    redis.destroy();
  }
}

/** What it shows is not checked: it is this run's own. */
const clientOf = (url: string) =>
  createClient({
    url,
    ...(url.startsWith('rediss:') && { socket: { tls: true, rejectUnauthorized: false } }),
  });

/** The program gives Redis what it has read behind its answers, and drops what Redis is too slow for. */
async function untilSettled(count: () => Promise<number>, orders: number): Promise<void> {
  let held = -1;
  for (let settledAtMs = 0; ; await pause(LOOK_EVERY_MS)) {
    const now = await count();
    if (now !== held) settledAtMs = Date.now() + SETTLE_MS;
    held = now;
    if (held >= orders || Date.now() > settledAtMs) return;
  }
}

/** All of a round, and what TLS costs. */
function addTo(figures: Figures, round: Figures): void {
  const rates = new Map<string, number>();
  for (const { name, unit, rounds } of round.measurements()) {
    figures.add(name, unit, rounds[0]!);
    rates.set(name, rounds[0]!);
  }
  for (const row of Object.values(ROWS)) {
    const ratio = rates.get(`${row}: ${TLS}`)! / rates.get(`${row}: ${CLEAR}`)!;
    figures.add(`${row}: ${TLS} / ${CLEAR}`, 'times', ratio);
  }
}

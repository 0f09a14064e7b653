import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from '../../src/platform/progress.js';
import { memoryHeldBy } from '../process-figures.js';
import { Program } from '../program.js';
import type { PlainCustomersOptions, PlainCustomersResult } from '../references/plain-customers.js';
import { Script } from '../script.js';
import { PARTITIONS } from '../topics.js';
import type { CustomersStage } from './customers-stage.js';

const LOOK_EVERY_MS = 20;
const STALLED_MS = 120_000;
const HELD = /^waybill_customers_held (\S+)$/m;

/** A program that was started with nothing kept, and is ready. */
export interface ColdLoad {
  readonly program: Program;
  readonly url: string;
  /** From when the first were seen to be held until it was ready, of the others. */
  readonly recordsPerSecond: number;
  /** From the start of the process until it was ready. */
  readonly seconds: number;
}

/**
 * Starts the program and looks at it from outside every 20 ms, on its own time.
 *
 * @throws Error when it ends, or two minutes pass without one more customer
 */
export async function loadCold(
  settings: Readonly<Record<string, string>>,
  records: number,
  progress: Progress,
  core?: number,
): Promise<ColdLoad> {
  const program = await Program.start(settings, [], core);
  try {
    const { url } = await program.logged(({ msg }) => msg === 'listening');
    let first: { atMs: number; held: number } | undefined;
    let seen = 0;
    let movedAtMs = Date.now();
    for (;;) {
      const isReady = (await fetch(`${String(url)}/health/ready`).then(drained)).status === 200;
      const nowMs = Date.now();
      if (isReady) {
        const { atMs, held } = first ?? { atMs: program.startedAtMs, held: 0 };
        return {
          program,
          url: String(url),
          recordsPerSecond: ((records - held) * 1_000) / (nowMs - atMs),
          seconds: (nowMs - program.startedAtMs) / 1_000,
        };
      }
      program.checkAlive();
      const held = await heldBy(String(url));
      if (held > 0) first ??= { atMs: Date.now(), held };
      if (held !== seen) movedAtMs = nowMs;
      if (nowMs - movedAtMs > STALLED_MS) throw new Error(`stalled at ${held} customers of ${records}`);
      seen = held;
      progress.show(held, records);
      await pause(LOOK_EVERY_MS);
    }
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** How many customers it holds. */
export async function heldBy(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`);
  return Number(HELD.exec(await answer.text())?.[1] ?? NaN);
}

/** What kafkajs alone takes to count the same records. */
export async function countPlainly(
  { brokers, topic }: CustomersStage,
  records: number,
): Promise<PlainCustomersResult> {
  const options: PlainCustomersOptions = {
    brokers,
    topic,
    groupId: `${topic}.plain-${Date.now()}`,
    partitions: PARTITIONS,
    records,
  };
  const script = Script.start('references/plain-customers.ts', options);
  try {
    return await script.said<PlainCustomersResult>();
  } finally {
    await script.stop();
  }
}

/** Resident bytes after a while in which nothing is asked of it; undefined without /proc. */
export async function bytesAtRest({ pid }: Program, restMs: number): Promise<number | undefined> {
  await pause(restMs);
  return memoryHeldBy(pid)?.nowBytes;
}

async function drained(answer: Response): Promise<Response> {
  await answer.arrayBuffer();
  return answer;
}

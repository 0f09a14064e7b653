import { setTimeout as pause } from 'node:timers/promises';
import { memoryHeldBy } from '../process-figures.js';
import { Program } from '../program.js';
import type { PlainCustomersOptions, PlainCustomersResult } from '../references/plain-customers.js';
import { Script } from '../script.js';
import { PARTITIONS } from '../topics.js';
import type { CustomersStage } from './customers-stage.js';

const LOOK_EVERY_MS = 20;
const READY_TIMEOUT_MS = 300_000;
/** As ReplayConsumer logs it. */
const ALL_READ = 'the topic was read up to where it ended at the start';
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
 * Starts the program, and looks at it from outside, on its own time: every 20 ms until the first customers are held, and again
 * once it says that it has read all.
 *
 * @throws Error when it ends, or is not ready five minutes later
 */
export async function loadCold(
  settings: Readonly<Record<string, string>>,
  records: number,
): Promise<ColdLoad> {
  const program = await Program.start(settings);
  try {
    const url = String((await program.logged(({ msg }) => msg === 'listening')).url);
    const allRead = program.logged(({ msg }) => msg === ALL_READ);
    const first = await firstHeld(program, url);
    await Promise.race([allRead, tooLate()]);
    while ((await fetch(`${url}/health/ready`).then(drained)).status !== 200) {
      program.checkAlive();
      await pause(LOOK_EVERY_MS);
    }
    const readyAtMs = Date.now();
    return {
      program,
      url,
      recordsPerSecond: ((records - first.held) * 1_000) / (readyAtMs - first.atMs),
      seconds: (readyAtMs - program.startedAtMs) / 1_000,
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

async function firstHeld(program: Program, url: string): Promise<{ atMs: number; held: number }> {
  for (;;) {
    const held = await heldBy(url);
    if (held > 0) return { atMs: Date.now(), held };
    program.checkAlive();
    await pause(LOOK_EVERY_MS);
  }
}

async function tooLate(): Promise<never> {
  await pause(READY_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`the topic was not read within ${READY_TIMEOUT_MS / 1_000} s`);
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

import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import { FairClock } from './cpu-shortage.js';
import type { EntriesServices } from './entries-services.js';
import { EntriesStage, type StageOptions } from './entries-stage.js';
import { StopWriter } from './stop-writer.js';

const WRITERS = 8;
const LOAD_MS = 2_000;
const STORED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;
const TOLD = 5;

export interface StopOptions {
  readonly write: StageOptions['write'];
  readonly times: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** From when the process of the next start was begun until PostgreSQL had everything, in milliseconds. */
export interface StoredAfter {
  readonly passedMs: number;
  /** Without the time in which there was no processor for somebody. */
  readonly fairMs: number;
}

export interface Stopped {
  readonly acknowledged: number;
  /** What was missing five seconds after the next start had begun, or was wrong, in words. */
  readonly broken: readonly string[];
  /** Of each time. */
  readonly storedAfter: readonly StoredAfter[];
}

/** Stops the program by SIGTERM under load, starts it again, and looks for all acknowledged writes in PostgreSQL. */
export async function runStop(
  services: EntriesServices,
  { write, times, env = {} }: StopOptions,
  dice: Dice,
): Promise<Stopped> {
  const stage = await EntriesStage.open(services, { replicas: 1, write, env });
  const { program, url } = stage.replicas[0]!;
  const writers = Array.from({ length: WRITERS }, (_, number) => new StopWriter(url, String(number)));
  const broken: string[] = [];
  const storedAfter: StoredAfter[] = [];
  try {
    for (let time = 1; time <= times; time++) {
      const load = new AbortController();
      const writing = writers.map((writer) => writer.work(load.signal));
      const looking = lookAgainAndAgain(stage, writers, load.signal);
      await pause(LOAD_MS + dice.between(0, LOAD_MS / 2));
      const code = await program.stop();
      load.abort();
      await Promise.all([...writing, looking]);
      if (code !== 0) broken.push(`time ${time}: it ended with ${code}`);
      const clock = new FairClock();
      const starting = program.start();
      const missing = await untilStored(stage, writers, clock);
      if (missing === undefined) storedAfter.push({ passedMs: clock.passedMs, fairMs: clock.fairMs });
      else broken.push(`time ${time}: ${missing}`);
      await starting;
    }
    const missing = missingIn(await stage.kept(), writers);
    if (missing !== undefined) broken.push(`in the end: ${missing}`);
  } finally {
    await stage.close();
  }
  broken.push(...writers.flatMap((writer) => writer.broken.slice(0, TOLD)));
  const acknowledged = writers.reduce((sum, { acknowledgements }) => sum + acknowledgements, 0);
  return { acknowledged, broken, storedAfter };
}

async function lookAgainAndAgain(
  stage: EntriesStage,
  writers: readonly StopWriter[],
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const kept = await stage.kept();
    for (const writer of writers) writer.look(kept);
    await pause(LOOK_EVERY_MS);
  }
}

/** @returns what was missing when it should have been there, in words */
async function untilStored(
  stage: EntriesStage,
  writers: readonly StopWriter[],
  clock: FairClock,
): Promise<string | undefined> {
  for (;;) {
    const kept = await stage.kept();
    for (const writer of writers) writer.look(kept);
    const missing = missingIn(kept, writers);
    if (missing === undefined || clock.fairMs > STORED_WITHIN_MS) return missing;
    await pause(LOOK_EVERY_MS);
  }
}

function missingIn(
  kept: Awaited<ReturnType<EntriesStage['kept']>>,
  writers: readonly StopWriter[],
): string | undefined {
  const missing = writers.flatMap((writer) => writer.missingIn(kept));
  if (missing.length === 0) return undefined;
  return `${missing.length} keys: ${missing.slice(0, TOLD).join('; ')}`;
}

import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { Dice } from '../dice.js';
import type { EntriesServices } from './entries-services.js';
import { EntriesStage, type StageOptions } from './entries-stage.js';
import { nameOf, type Place } from './entry-values.js';
import { KeptRequests } from './kept-requests.js';

const WRITERS = 8;
const KEYS_OF_EACH = 20;
const LOAD_MS = 2_000;
const STORED_WITHIN_MS = 5_000;
const AFTER_NO_ANSWER_MS = 20;
const INSTANCE = 'stop';

/** What has been written to a key, by one writer, one after the other: the places in that order, from 1 on. */
interface Written {
  readonly place: Place;
  /** How many puts. */
  tried: number;
  /** The last that was acknowledged. */
  acknowledged: number;
  /** How many were. */
  acknowledgements: number;
}

export interface StopOptions {
  readonly write: StageOptions['write'];
  readonly times: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stopped {
  readonly acknowledged: number;
  /** What was missing five seconds after the next start had begun, or was wrong, in words. */
  readonly broken: readonly string[];
  /** From when the process of the next start was begun until PostgreSQL had everything, of each time. */
  readonly storedAfterMs: readonly number[];
}

/** Stops the program by SIGTERM under load, starts it again, and looks for all acknowledged writes in PostgreSQL. */
export async function runStop(
  services: EntriesServices,
  { write, times, env = {} }: StopOptions,
  dice: Dice,
): Promise<Stopped> {
  const stage = await EntriesStage.open(services, { replicas: 1, write, env });
  const { program, url } = stage.replicas[0]!;
  const written = Array.from({ length: WRITERS }, (_, writer) => placesOf(writer));
  const broken: string[] = [];
  const storedAfterMs: number[] = [];
  try {
    for (let time = 1; time <= times; time++) {
      const load = new AbortController();
      const writing = written.map((own) => writeAll(url, own, load.signal));
      await pause(LOAD_MS + dice.between(0, LOAD_MS / 2));
      const code = await program.stop();
      load.abort();
      await Promise.all(writing);
      if (code !== 0) broken.push(`time ${time}: it ended with ${code}`);
      const startedAtMs = performance.now();
      const starting = program.start();
      await eventually(() => requireStored(stage, written.flat()), { timeoutMs: STORED_WITHIN_MS }).then(
        () => storedAfterMs.push(performance.now() - startedAtMs),
        (error: Error) => broken.push(`time ${time}: ${error.message}`),
      );
      await starting;
    }
    await requireStored(stage, written.flat()).catch((error: Error) =>
      broken.push(`in the end: ${error.message}`),
    );
  } finally {
    await stage.close();
  }
  const acknowledged = written.flat().reduce((sum, { acknowledgements }) => sum + acknowledgements, 0);
  return { acknowledged, broken, storedAfterMs };
}

function placesOf(writer: number): Written[] {
  return Array.from({ length: KEYS_OF_EACH }, (_, number) => ({
    place: { instance: INSTANCE, key: `${writer}/${number}` },
    tried: 0,
    acknowledged: 0,
    acknowledgements: 0,
  }));
}

async function writeAll(url: string, own: readonly Written[], until: AbortSignal): Promise<void> {
  const requests = new KeptRequests(url);
  for (let turn = 0; !until.aborted; turn++) {
    const key = own[turn % own.length]!;
    key.tried += 1;
    const { answer } = await requests.send({
      method: 'PUT',
      path: `/v1/cache/${encodeURIComponent(key.place.key)}`,
      headers: { 'x-instance-id': INSTANCE, 'content-type': 'application/json' },
      body: JSON.stringify({ value: key.tried }),
    });
    if (typeof answer === 'object' && answer.status >= 200 && answer.status < 300) {
      key.acknowledged = key.tried;
      key.acknowledgements += 1;
    } else {
      await pause(AFTER_NO_ANSWER_MS);
    }
  }
  requests.close();
}

/** @throws Error when an acknowledged write is not there, or one was stored twice */
async function requireStored(stage: EntriesStage, written: readonly Written[]): Promise<void> {
  const kept = await stage.kept();
  const wrong: string[] = [];
  for (const { place, tried, acknowledged, acknowledgements } of written) {
    const { version = 0, value } = kept.get(nameOf(place)) ?? {};
    const stored = value === undefined || value === null ? 0 : Number(value.toString());
    const name = `${place.key} has ${stored} as version ${version}`;
    if (stored < acknowledged) wrong.push(`${name}, and ${acknowledged} was acknowledged`);
    else if (version < acknowledgements) wrong.push(`${name}, after ${acknowledgements} acknowledged writes`);
    else if (version > tried) wrong.push(`${name}, after ${tried} writes`);
  }
  if (wrong.length > 0)
    throw new Error(`${wrong.length} of ${written.length} keys: ${wrong.slice(0, 5).join('; ')}`);
}

import { setTimeout as pause } from 'node:timers/promises';
import type { KeptEntry } from './entries-stage.js';
import { nameOf, type Place } from './entry-values.js';
import { type Answer, KeptRequests } from './kept-requests.js';

const KEYS = 20;
const INSTANCE = 'stop';
const READ_EVERY = 3;
const AFTER_NO_ANSWER_MS = 20;

/** What has been written to a key, by its one writer, one after the other: the numbers from 1 on. */
interface Written {
  readonly place: Place;
  /** How many puts. */
  tried: number;
  /** The last that was acknowledged. */
  acknowledged: number;
  /** How many were. */
  acknowledgements: number;
  /** The newest that was read from the process that runs. */
  read: number;
  /** What PostgreSQL has had last. */
  stored: number;
  version: number;
}

/** Writes numbers to keys of its own, and reads them, where nobody else does. What cannot be true it puts into words. */
export class StopWriter {
  readonly broken: string[] = [];
  private readonly keys: readonly Written[];

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {
    this.keys = Array.from({ length: KEYS }, (_, number) => ({
      place: { instance: INSTANCE, key: `${name}/${number}` },
      ...{ tried: 0, acknowledged: 0, acknowledgements: 0, read: 0, stored: 0, version: 0 },
    }));
  }

  get acknowledgements(): number {
    return this.keys.reduce((sum, { acknowledgements }) => sum + acknowledgements, 0);
  }

  /** Of one process: what has been read of another one is no measure for it. */
  async work(until: AbortSignal): Promise<void> {
    const requests = new KeptRequests(this.url);
    for (const key of this.keys) key.read = 0;
    for (let turn = 0; !until.aborted; turn++) {
      const key = this.keys[turn % KEYS]!;
      const isAnswered = await this.put(requests, key);
      if (turn % READ_EVERY === 0) await this.get(requests, key, isAnswered);
      if (!isAnswered) await pause(AFTER_NO_ANSWER_MS);
    }
    requests.close();
  }

  /** @returns what is missing, or was stored twice or in another order, in words */
  missingIn(kept: ReadonlyMap<string, KeptEntry>): string[] {
    return this.keys.flatMap((key) => {
      const { tried, acknowledged, acknowledgements } = key;
      const { number, version } = this.storedIn(kept, key);
      const words = `${key.place.key} has ${number} as version ${version}`;
      if (number < acknowledged) return `${words}, and ${acknowledged} was acknowledged`;
      if (version < acknowledgements) return `${words}, after ${acknowledgements} acknowledged writes`;
      return version > tried ? `${words}, after ${tried} writes` : [];
    });
  }

  /** Looks for what must not be, whenever that is: a number after a later one, or a write that counts twice. */
  look(kept: ReadonlyMap<string, KeptEntry>): void {
    for (const key of this.keys) {
      const { number, version } = this.storedIn(kept, key);
      const words = `PostgreSQL has ${number} as version ${version} of ${key.place.key}`;
      const before = `${key.stored} as version ${key.version}`;
      if (number < key.stored || version < key.version) this.broken.push(`${words}, after ${before}`);
      if (version === key.version && number !== key.stored)
        this.broken.push(`${words}, and has had ${before}`);
      // Each number is written once, so there are no more versions than numbers.
      if (version > number) this.broken.push(`${words}: one was stored twice`);
      [key.stored, key.version] = [number, version];
    }
  }

  private storedIn(
    kept: ReadonlyMap<string, KeptEntry>,
    key: Written,
  ): { readonly number: number; readonly version: number } {
    const { version = 0, value } = kept.get(nameOf(key.place)) ?? {};
    return { number: value ? this.numberIn(key, value.toString(), 'PostgreSQL') : 0, version };
  }

  private async put(requests: KeptRequests, key: Written): Promise<boolean> {
    key.tried += 1;
    const { tried } = key;
    const { answer } = await requests.send({
      method: 'PUT',
      path: pathOf(key),
      headers: { 'x-instance-id': INSTANCE, 'content-type': 'application/json' },
      body: JSON.stringify({ value: `${key.place.key} ${tried}` }),
    });
    if (!isAnswer(answer) || answer.status < 200 || answer.status >= 300) return false;
    key.acknowledged = tried;
    key.acknowledgements += 1;
    return true;
  }

  /** @param isAcknowledged whether the process that is asked has acknowledged the last write */
  private async get(requests: KeptRequests, key: Written, isAcknowledged: boolean): Promise<void> {
    const { answer } = await requests.send({
      method: 'GET',
      path: pathOf(key),
      headers: { 'x-instance-id': INSTANCE },
    });
    if (!isAnswer(answer) || (answer.status !== 200 && answer.status !== 404)) return;
    const value = answer.status === 404 ? undefined : valueIn(answer);
    const number = value === undefined ? 0 : this.numberIn(key, JSON.stringify(value), 'a read');
    const least = Math.max(key.read, isAcknowledged ? key.acknowledged : 0);
    if (number < least) this.broken.push(`${key.place.key} was read as ${number}, after ${least}`);
    key.read = Math.max(key.read, number);
  }

  private numberIn({ place, tried }: Written, json: string, told: string): number {
    const number = Number(new RegExp(`^"${place.key} (\\d+)"$`).exec(json)?.[1] ?? NaN);
    if (number >= 1 && number <= tried) return number;
    this.broken.push(`foreign value: ${told} of ${place.key} has ${json.slice(0, 100)}`);
    return 0;
  }
}

const pathOf = ({ place }: Written): string => `/v1/cache/${encodeURIComponent(place.key)}`;

const isAnswer = (answer: Answer | string): answer is Answer => typeof answer === 'object';

const valueIn = ({ body }: Answer): unknown => (JSON.parse(body.toString()) as { value: unknown }).value;

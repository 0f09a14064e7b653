import { ENTRIES_PATH, keyOf, valueOf } from './bench-entries.js';

/** As many as a batch may have. */
const BATCH = 100;
const BATCHES_AT_ONCE = 4;

/** An entry, as the program answers with it; its other members are not looked at. */
export interface Envelope {
  readonly key: string;
  readonly version: number;
  readonly created_at: string;
}

/** Has the program store entries, each for the first time. @throws Error when it does not */
export async function storeEntries(
  url: string,
  count: number,
  onStored: (stored: number) => void,
): Promise<void> {
  let stored = 0;
  await inBatches(count, async (numbers) => {
    const entries = numbers.map((number) => [keyOf(number), contentOf(number)] as const);
    await post(url, 'batch/set', { entries: Object.fromEntries(entries) });
    stored += numbers.length;
    onStored(stored);
  });
}

/** Reads entries from the program, in any order. @throws Error when one is missing */
export async function readEntries(
  url: string,
  count: number,
  onEntry: (envelope: Envelope) => void,
): Promise<void> {
  await inBatches(count, async (numbers) => {
    const answer = (await post(url, 'batch/get', { keys: numbers.map(keyOf) })) as {
      readonly entries: Readonly<Record<string, Envelope>>;
      readonly missing: readonly string[];
    };
    if (answer.missing.length > 0) throw new Error(`there is no entry ${answer.missing[0]}`);
    for (const envelope of Object.values(answer.entries)) onEntry(envelope);
  });
}

const contentOf = (number: number): object => ({ value: JSON.parse(valueOf(number, 0)) as object });

async function inBatches(count: number, work: (numbers: number[]) => Promise<void>): Promise<void> {
  let next = 0;
  const workOn = async (): Promise<void> => {
    while (next < count) {
      const first = next;
      next += BATCH;
      await work(Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => first + index));
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, workOn));
}

async function post(url: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}${ENTRIES_PATH}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${text}`);
  return JSON.parse(text);
}

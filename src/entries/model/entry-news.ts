import { parseWriteId, type SettledWrite, writeIdText } from './queued-write.js';

/**
 * PostgreSQL's channel on which a commit says which entries it has written, which writes wait no more, and that the epoch in
 * Redis was raised.
 */
export const NEWS_CHANNEL = 'waybill_entries';

/** A key, by its storage key, and the version that it has now. */
export interface EntryChange {
  readonly storageKey: string;
  readonly version: number;
}

/** What a notification tells. */
export type EntryNews =
  | { readonly epoch: number }
  | { readonly settled: readonly SettledWrite[] }
  | {
      /** Storage keys whose tombstones are gone: their versions begin anew. */ readonly forgotten: readonly string[];
    }
  | { readonly changes: readonly EntryChange[] };

/** PostgreSQL refuses a notification of 8,000 bytes. */
const MAX_PAYLOAD_BYTES = 7_999;

const EPOCH = 'epoch ';
const CHANGED = 'changed';
const SETTLED = 'settled';
const FORGOTTEN = 'forgotten';

export const epochNews = (epoch: number): string => `${EPOCH}${epoch}`;

/** The payloads that tell of changes, each small enough. */
export const changeNews = (changes: readonly EntryChange[]): string[] =>
  inPayloads(
    CHANGED,
    changes.map(({ storageKey, version }) => `${storageKey} ${version}`),
  );

export const settledNews = (settled: readonly SettledWrite[]): string[] =>
  inPayloads(
    SETTLED,
    settled.map(({ storageKey, id }) => `${storageKey} ${writeIdText(id)}`),
  );

export const forgottenNews = (storageKeys: readonly string[]): string[] => inPayloads(FORGOTTEN, storageKeys);

/** @param lines ASCII, as the head is */
function inPayloads(head: string, lines: readonly string[]): string[] {
  const payloads: string[] = [];
  let payload = head;
  for (const text of lines) {
    const line = `\n${text}`;
    if (payload.length + line.length > MAX_PAYLOAD_BYTES) {
      payloads.push(payload);
      payload = head;
    }
    payload += line;
  }
  if (payload !== head) payloads.push(payload);
  return payloads;
}

export function parseNews(payload: string): EntryNews {
  if (payload.startsWith(EPOCH)) return { epoch: Number(payload.slice(EPOCH.length)) };
  const [head = '', ...lines] = payload.split('\n');
  if (head === FORGOTTEN) return { forgotten: lines };
  const told = lines.map((line) => {
    const space = line.lastIndexOf(' ');
    return { storageKey: line.slice(0, space), text: line.slice(space + 1) };
  });
  if (head !== SETTLED) {
    return { changes: told.map(({ storageKey, text }) => ({ storageKey, version: Number(text) })) };
  }
  const settled = told.flatMap(({ storageKey, text }) => {
    const id = parseWriteId(text);
    return id === undefined ? [] : [{ storageKey, id }];
  });
  return { settled };
}

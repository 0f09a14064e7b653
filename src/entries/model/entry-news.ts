/** PostgreSQL's channel on which a commit says which entries it has written, and that the epoch in Redis was raised. */
export const NEWS_CHANNEL = 'waybill_entries';

/** A key, by its storage key, and the version that it has now. */
export interface EntryChange {
  readonly storageKey: string;
  readonly version: number;
}

/** What a notification tells. */
export type EntryNews =
  | { readonly epoch: number }
  | { /** Who has made the changes. */ readonly from: string; readonly changes: readonly EntryChange[] };

/** PostgreSQL refuses a notification of 8,000 bytes. */
const MAX_PAYLOAD_BYTES = 7_999;

const EPOCH = 'epoch ';

export const epochNews = (epoch: number): string => `${EPOCH}${epoch}`;

/** The payloads that tell of changes, each small enough. @param from a text without a space or a line break */
export function changeNews(from: string, changes: readonly EntryChange[]): string[] {
  const payloads: string[] = [];
  let payload = from;
  for (const { storageKey, version } of changes) {
    // All of it is ASCII.
    const line = `\n${storageKey} ${version}`;
    if (payload.length + line.length > MAX_PAYLOAD_BYTES) {
      payloads.push(payload);
      payload = from;
    }
    payload += line;
  }
  if (payload !== from) payloads.push(payload);
  return payloads;
}

export function parseNews(payload: string): EntryNews {
  if (payload.startsWith(EPOCH)) return { epoch: Number(payload.slice(EPOCH.length)) };
  const [from = '', ...lines] = payload.split('\n');
  const changes = lines.map((line) => {
    const space = line.lastIndexOf(' ');
    return { storageKey: line.slice(0, space), version: Number(line.slice(space + 1)) };
  });
  return { from, changes };
}

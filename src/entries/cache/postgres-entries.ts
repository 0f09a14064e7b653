import { BatchedLookups } from '../../platform/database/batched-lookups.js';
import { mayWorkOnAnotherConnection } from '../../platform/database/query-failures.js';
import { type EntryKey, parseStorageKey, storageKeyOf } from '../model/entry-key.js';
import type { StoredEntry } from '../model/stored-entry.js';
import type { EntryRepository } from '../repository/entry.repository.js';

const MAX_QUERIES = 4;
const KEYS_A_QUERY = 500;
const LIMIT_MS = 5_000;

/** What PostgreSQL has of a key. */
export interface FoundInPostgres {
  /** undefined: there is no row */
  readonly entry: StoredEntry | undefined;
  /** X-Write-Timestamp of what is there, when it was accepted, or when it was stored. */
  readonly writtenAtUs: number | undefined;
  /** Whether the primary has said so. */
  readonly isCurrent: boolean;
}

/** Look-ups in PostgreSQL, which share queries. */
export class PostgresEntries {
  private readonly lookups: BatchedLookups<FoundInPostgres>;

  constructor(entries: EntryRepository) {
    this.lookups = new BatchedLookups({
      query: async (storageKeys) => {
        const found = await entries.find(storageKeys.map((storageKey) => parseStorageKey(storageKey)!));
        const values = found.entries.map((entry, index): [string, FoundInPostgres] => [
          storageKeys[index]!,
          { entry, writtenAtUs: found.writtenAtUs[index], isCurrent: found.isCurrent },
        ]);
        return { values: new Map(values), keys: found.entries.length };
      },
      gathers: true,
      maxQueries: MAX_QUERIES,
      maxKeys: KEYS_A_QUERY,
      asksAgain: mayWorkOnAnotherConnection,
    });
  }

  /** @throws what PostgreSQL or the network says, or a TimeoutError */
  async find(key: EntryKey): Promise<FoundInPostgres> {
    // Each key that was asked for has a value.
    return (await this.lookups.find(storageKeyOf(key), AbortSignal.timeout(LIMIT_MS)))!;
  }
}

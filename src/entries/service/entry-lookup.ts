import { Injectable } from '@nestjs/common';
import { EntryCache } from '../cache/entry-cache.js';
import type { EntryKey } from '../model/entry-key.js';
import type { EntryPage, EntryPageQuery } from '../model/entry-page.js';
import type { FoundEntry } from '../model/found-entry.js';
import type { ShownEntry } from '../model/held-entry.js';
import { EntryListRepository } from '../repository/entry-list.repository.js';

/** The one read path of entries. */
@Injectable()
export class EntryLookup {
  constructor(
    private readonly cache: EntryCache,
    private readonly list: EntryListRepository,
  ) {}

  /** Out of memory, at once. null: there is no value; undefined: {@link find} has to be asked. */
  peek(storageKey: string): ShownEntry | null | undefined {
    return this.cache.peek(storageKey);
  }

  /** @throws where no store that may be believed has answered */
  find(key: EntryKey): Promise<FoundEntry> {
    return this.cache.read(key);
  }

  /** @returns in the order of the keys; undefined where there is no value. Throws as {@link find} does. */
  async findAll(keys: readonly EntryKey[]): Promise<(ShownEntry | undefined)[]> {
    const found = await Promise.all(keys.map((key) => this.cache.read(key)));
    return found.map(({ entry }) => entry);
  }

  /** Keys with a value, sorted by their bytes, as PostgreSQL has them. */
  page(query: EntryPageQuery): Promise<EntryPage> {
    return this.list.page(query);
  }
}

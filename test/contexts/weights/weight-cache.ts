import { Injectable } from '@nestjs/common';
import type { CacheDeclaration } from '../../../src/platform/cache/cache-declaration.js';
import type { CacheEntry } from '../../../src/platform/cache/cache-entry.js';
import { Caches } from '../../../src/platform/cache/caches.js';
import type { TieredCache } from '../../../src/platform/cache/tiered-cache.js';
import type { FoundValues } from '../../../src/platform/database/batched-lookups.js';
import { Database } from '../../../src/platform/database/database.js';

/** A third of the bytes, beside orders: its answers are small. */
export const WEIGHT_CACHE: CacheDeclaration = { name: 'weights', weight: 0.5 };

/** How many pieces an order has, and how often that was written. */
export interface StoredWeight {
  order_uid: string;
  pieces: number;
  version: number;
}

const READ = 'SELECT order_uid, pieces, version FROM weights.items WHERE order_uid = ANY ($1)';

const entryOf = ({ order_uid, pieces, version }: StoredWeight): CacheEntry => ({
  version,
  etag: `"v${version}"`,
  body: Buffer.from(JSON.stringify({ order_uid, pieces })),
});

/** Weights as ready answers. */
@Injectable()
export class WeightCache {
  private readonly cache: TieredCache;

  constructor(
    private readonly database: Database,
    caches: Caches,
  ) {
    this.cache = caches.open(WEIGHT_CACHE.name, { load: (uids) => this.load(uids) });
  }

  async read(orderUid: string): Promise<CacheEntry | undefined> {
    return (await this.cache.read(orderUid)).entry;
  }

  /** Those that were committed. */
  put(stored: readonly StoredWeight[]): void {
    for (const weight of stored) this.cache.put(weight.order_uid, entryOf(weight));
  }

  private async load(uids: readonly string[]): Promise<FoundValues<CacheEntry>> {
    const rows = await this.database.source.query<StoredWeight[]>(READ, [uids]);
    return { values: new Map(rows.map((row) => [row.order_uid, entryOf(row)])), keys: uids.length };
  }
}

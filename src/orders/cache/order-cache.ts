import { Inject, Injectable } from '@nestjs/common';
import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import { MemoryTier } from '../../platform/cache/memory-tier.js';
import type { RedisTier } from '../../platform/cache/redis-tier.js';
import type { CacheAnswer } from '../../platform/cache/shared-load.js';
import { TieredCache } from '../../platform/cache/tiered-cache.js';
import { Environment } from '../../platform/config/environment.js';
import { BatchedLookups, type FoundValues } from '../../platform/database/batched-lookups.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import type { StoredOrder } from '../repository/order.repository.js';
import type { OrderRevision } from '../repository/order-to-store.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { countCacheEvents } from './order-cache.metrics.js';
import { REDIS_TIER } from './redis-tier.provider.js';

const LOAD_TIMEOUT_MS = 10_000;
/** A query ends with the order that makes this full: a hundred of 1 MiB would be in memory several times over. */
const MAX_LOAD_BYTES = 8 * 1_048_576;
const MAX_COLD_QUERIES = 2;
const MAX_COLD_ORDERS_A_QUERY = 100;
/** Digits of the content's hash that an ETag shows; the version beside it already tells contents of one order apart. */
const ETAG_HASH_DIGITS = 16;

/** A strong validator of an order's answer (RFC 9110, section 8.8.3). */
export function etagOf({ version, hash }: OrderRevision): string {
  return `"v${version}-${hash.slice(0, ETAG_HASH_DIGITS)}"`;
}

/** The constant of an order's entry is when its first version came. */
function entryOf(stored: StoredOrder): CacheEntry {
  const { version, text, receivedAt } = stored;
  return {
    version,
    etag: ownText(etagOf(stored)),
    body: ownBytes(text),
    constant: ownText(receivedAt),
  };
}

/** V8 holds a text that was put together as a tree of its parts, and a part with all that it was cut from. */
function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Outside of Node's shared pool of small buffers, 8 KiB of which a body of 1 kB would keep alive. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** Orders as ready answers: memory, then Redis where there is one, then the repository. */
@Injectable()
export class OrderCache {
  private readonly cache: TieredCache;
  private readonly lookups = new BatchedLookups({
    query: (orderUids) => this.load(orderUids),
    maxQueries: MAX_COLD_QUERIES,
    maxKeys: MAX_COLD_ORDERS_A_QUERY,
  });

  constructor(
    private readonly orders: StoredOrders,
    environment: Environment,
    @Inject(REDIS_TIER) redis: RedisTier | undefined,
  ) {
    const memory = new MemoryTier({
      maxBytes: environment.CACHE_MAX_BYTES,
      ttlMs: environment.CACHE_TTL_SECONDS * 1_000,
      absentTtlMs: environment.CACHE_ABSENT_TTL_SECONDS * 1_000,
    });
    this.cache = new TieredCache({
      memory,
      second: redis,
      load: (orderUid, signal) => this.lookups.find(orderUid, signal),
      loadTimeoutMs: LOAD_TIMEOUT_MS,
      observe: countCacheEvents({ hasRedis: redis !== undefined }),
    });
    observeGauge('waybill_cache_entries', 'Orders held in memory', () => this.cache.stats().entries);
    observeGauge(
      'waybill_cache_bytes',
      'Bytes that the orders held in memory cost',
      () => this.cache.stats().bytes,
    );
  }

  /** Memory only. `null`: known to be absent; `undefined`: not known. */
  peek(orderUid: string): CacheEntry | null | undefined {
    return this.cache.peek(orderUid);
  }

  /** @throws CacheLoadError when the order has to be loaded and cannot be */
  read(orderUid: string): Promise<CacheAnswer> {
    return this.cache.read(orderUid);
  }

  /** An order that has been committed. */
  put(stored: StoredOrder): void {
    this.cache.put(stored.orderUid, entryOf(stored));
  }

  /** An order that was read ahead of any demand. */
  warm(stored: StoredOrder): void {
    this.cache.warm(stored.orderUid, entryOf(stored));
  }

  /** News that an order is at a version now, wherever it was written. */
  changed(orderUid: string, version: number): void {
    this.cache.changed(orderUid, version);
  }

  /** News may have been missed: what is held may be old. */
  forgetAll(): void {
    this.cache.forgetAll();
  }

  private async load(orderUids: readonly string[]): Promise<FoundValues<CacheEntry>> {
    const { orders, ids } = await this.orders.findFirst(orderUids, MAX_LOAD_BYTES);
    return { values: new Map(orders.map((stored) => [stored.orderUid, entryOf(stored)])), keys: ids };
  }
}

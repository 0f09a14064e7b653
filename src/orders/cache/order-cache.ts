import { Injectable } from '@nestjs/common';
import type { CacheDeclaration } from '../../platform/cache/cache-declaration.js';
import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import { Caches } from '../../platform/cache/caches.js';
import type { CacheAnswer } from '../../platform/cache/shared-load.js';
import type { CacheRenewal, TieredCache } from '../../platform/cache/tiered-cache.js';
import { OrdersSettings } from '../orders.settings.js';
import type { FoundValues } from '../../platform/database/batched-lookups.js';
import { etagOf, haveSameContent, statesOfEtag } from '../model/order-etag.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import type { OrderToStore } from '../repository/order-to-store.js';
import { type StoredOrder, StoredOrders } from '../repository/stored-orders.js';

/** Kept from before caches had names: other caches derive their prefix from their name. */
export const ORDER_CACHE: CacheDeclaration = { name: 'orders', keyPrefix: 'waybill:order:' };

/** A query ends with the order that reaches this size: a hundred orders of 1 MiB would be in memory several times. */
const MAX_LOAD_BYTES = 8 * 1_048_576;

/** The constant of an order's entry is the time at which its first version was received. */
function entryOf(text: string, version: number, etag: string, receivedAt: string): CacheEntry {
  return { version, etag: ownText(etag), body: ownBytes(text), constant: ownText(receivedAt) };
}

function entryOfStored({ text, version, hash, states, receivedAt }: StoredOrder): CacheEntry {
  return entryOf(text, version, etagOf(version, hash, states), receivedAt);
}

/** V8 keeps a concatenated string as a tree of its parts, and a substring keeps its whole source alive. */
function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Allocates outside Node's shared buffer pool: a body of 1 kB would keep a block of 8 KiB alive. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** Orders as ready answers: memory, then Redis where there is one, then the repository. */
@Injectable()
export class OrderCache {
  private readonly cache: TieredCache;

  constructor(
    private readonly orders: StoredOrders,
    caches: Caches,
    { CACHE_WARM_ORDERS }: OrdersSettings,
  ) {
    this.cache = caches.open(ORDER_CACHE.name, {
      load: (orderUids) => this.load(orderUids),
      hasConstants: true,
      // An ETag without states was put into Redis by a replica with the code of before.
      accepts: ({ etag }) => statesOfEtag(etag) !== undefined,
      warmUp: { keys: () => this.orders.newest(CACHE_WARM_ORDERS) },
    });
  }

  /** Memory only. `null`: known to be absent; `undefined`: not known. */
  peek(orderUid: string): CacheEntry | null | undefined {
    return this.cache.peek(orderUid);
  }

  /** @throws CacheLoadError when the order has to be loaded and cannot be */
  read(orderUid: string): Promise<CacheAnswer> {
    return this.cache.read(orderUid);
  }

  /** An order that has been committed, or was there: its receipt has an ETag. */
  put({ text }: OrderToStore, { orderUid, version, etag, receivedAt }: OrderReceipt): void {
    this.cache.put(orderUid, entryOf(text, version, etag!, receivedAt!));
  }

  /** What memory holds of the content that the order has had since a version. Counts as no look-up. */
  heldBody(orderUid: string, since: number): Buffer | undefined {
    const held = this.cache.held(orderUid);
    return held !== undefined && held.version >= since ? held.body : undefined;
  }

  /**
   * The order is at this version now, whichever process wrote it.
   *
   * @param renewalOf its ETag, and the version since which it has had its content, where they are known: when only its states
   *   have moved, the body that is held remains. The ETag has to be of the content that is held, since others may publish to
   *   the topic that told it.
   */
  changed(orderUid: string, version: number, renewalOf?: () => CacheRenewal | undefined): void {
    this.cache.changed(orderUid, version, (held) => {
      const renewal = renewalOf?.();
      return renewal !== undefined && haveSameContent(held.etag, renewal.etag) ? renewal : undefined;
    });
  }

  /** Broadcasts may have been missed, so every entry may be outdated. */
  forgetAll(): void {
    this.cache.forgetAll();
  }

  private async load(orderUids: readonly string[]): Promise<FoundValues<CacheEntry>> {
    const { orders, ids } = await this.orders.findFirst(orderUids, MAX_LOAD_BYTES);
    return { values: new Map(orders.map((stored) => [stored.orderUid, entryOfStored(stored)])), keys: ids };
  }
}

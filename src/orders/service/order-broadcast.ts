import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { CacheRenewal } from '../../platform/cache/tiered-cache.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { OrderCache } from '../cache/order-cache.js';

/** A status event as it was published. */
export interface BroadcastStatusEvent {
  readonly orderUid: string;
  readonly version: number;
  /** The event's value, JSON in UTF-8. */
  readonly value: Buffer;
}

/** Passes changes of orders, made by any process, to this process's cache and to the clients of its event stream. */
@Injectable()
export class OrderBroadcast {
  private readonly items = new Subject<BroadcastStatusEvent>();

  constructor(
    private readonly cache: OrderCache,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain('the stream of status events', () => this.items.complete());
  }

  get stream(): Observable<BroadcastStatusEvent> {
    return this.items;
  }

  /** Status events may have been missed, so the cache is cleared. */
  resume(): void {
    this.cache.forgetAll();
  }

  /** @param renewal the ETag, and the version from which on the order has had its content, where the event tells them */
  announce(item: BroadcastStatusEvent, renewal?: Omit<CacheRenewal, 'version'>): void {
    const { orderUid, version } = item;
    if (renewal === undefined) this.cache.changed(orderUid, version);
    else this.cache.renewed(orderUid, { version, ...renewal });
    this.items.next(item);
  }
}

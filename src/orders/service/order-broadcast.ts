import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { CacheRenewal } from '../../platform/cache/tiered-cache.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { OrderCache } from '../cache/order-cache.js';
import { RecentEvents, type ReplayedEvent } from './recent-events.js';

/** A status event as it was published. */
export interface BroadcastStatusEvent {
  readonly orderUid: string;
  readonly version: number;
  /** It tells of an order that has come in just now, and is not told again. */
  readonly isNew: boolean;
  /** The event's value, JSON in UTF-8. */
  readonly value: Buffer;
}

/** Passes changes of orders, made by any process, to this process's cache and to the clients of its event streams. */
@Injectable()
export class OrderBroadcast {
  private readonly items = new Subject<BroadcastStatusEvent>();
  private readonly gaps = new Subject<void>();
  private readonly recent = new RecentEvents();

  constructor(
    private readonly cache: OrderCache,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain('the stream of status events', () => this.items.complete());
  }

  get stream(): Observable<BroadcastStatusEvent> {
    return this.items;
  }

  /** Status events may have been missed. */
  get resumed(): Observable<void> {
    return this.gaps;
  }

  /** Of the last event: what was published until now. */
  get lastId(): string {
    return this.recent.lastId;
  }

  /** The events behind an id that this process gave; undefined where they are not all held. */
  after(id: string): ReplayedEvent[] | undefined {
    return this.recent.after(id);
  }

  /** Status events may have been missed, so the cache is cleared. */
  resume(): void {
    this.cache.forgetAll();
    this.recent.beginAnew();
    this.gaps.next();
  }

  /** @param renewalOf as {@link OrderCache.changed} asks for it */
  announce(item: BroadcastStatusEvent, renewalOf?: () => CacheRenewal | undefined): void {
    this.cache.changed(item.orderUid, item.version, renewalOf);
    this.recent.add(item.value);
    this.items.next(item);
  }
}

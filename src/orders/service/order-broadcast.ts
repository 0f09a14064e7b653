import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
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

  announce(item: BroadcastStatusEvent): void {
    this.cache.changed(item.orderUid, item.version);
    this.items.next(item);
  }
}

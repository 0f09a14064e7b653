import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { Lifecycle } from '../../platform/lifecycle.js';
import { OrderCache } from '../cache/order-cache.js';

/** A status event as it went over the topic. */
export interface BroadcastStatusEvent {
  readonly orderUid: string;
  readonly version: number;
  /** The event's value, JSON in UTF-8. */
  readonly value: Buffer;
}

/** What every process has to hear of orders that were changed anywhere: its cache, and who watches through it. */
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

  /** Status events may have been missed, so nothing that is held from before can be believed. */
  resume(): void {
    this.cache.forgetAll();
  }

  announce(item: BroadcastStatusEvent): void {
    this.cache.changed(item.orderUid, item.version);
    this.items.next(item);
  }
}

import { Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { eachInTurns, mapInTurns, nextTurn } from '../../platform/event-loop-turns.js';
import { OrderCache } from '../cache/order-cache.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { conflictReason, FIRST_STATES } from '../model/order-states.js';
import { type OrderChanged, StatusEvents } from '../producer/status-events.js';
import { orderToStore, type OrderToStore } from '../repository/order-to-store.js';
import type { IncomingOrder } from './incoming-order.js';
import { KeyedOrders } from './keyed-orders.js';
import { OrderIntakeMetrics } from './order-intake.metrics.js';
import { WaitingAnnouncements } from './waiting-announcements.js';

/**
 * An order that has been in its topic for longer than this belongs to a backlog. Nobody is about to ask for it more
 * than for any other, and a million of them would drive out of the cache what is being asked for.
 */
const BACKLOG_AFTER_MS = 10_000;

const CHANGE_OF = { stored: 'received', updated: 'content' } as const;

/** The one write path: orders, their status events and the dead letters of their batch, in one transaction. */
@Injectable()
export class OrderIntake {
  private lastReceivedAtUs = 0;

  constructor(
    private readonly database: Database,
    private readonly orders: KeyedOrders,
    private readonly statusEvents: StatusEvents,
    private readonly deadLetters: DeadLetters,
    private readonly cache: OrderCache,
    private readonly waiting: WaitingAnnouncements,
    private readonly metrics: OrderIntakeMetrics,
  ) {}

  /**
   * Takes a batch in. Once this resolves, all of it is committed and the cache is fresh; when it throws, nothing of
   * it was written, or, if the connection was lost during the commit, perhaps all of it.
   *
   * @param via how it came, for the metrics: the name of the transport, or `http`, over which somebody waits for it
   * @returns one receipt for each order, in the batch's order
   */
  async receive(
    batch: readonly IncomingOrder[],
    refused: readonly RefusedEvent[],
    via: string,
  ): Promise<OrderReceipt[]> {
    const purpose = via === 'http' ? 'request' : 'background';
    const toStore = await mapInTurns(purpose, batch, (incoming) => this.toStore(incoming));
    const lockMs = purpose === 'request' ? REQUEST_LOCK_MS : undefined;
    const receipts = await this.database.transaction(
      async (tx) => {
        await nextTurn(purpose);
        const stored = await this.orders.store(tx, toStore);
        await nextTurn(purpose);
        await this.statusEvents.append(tx, changesOf(toStore, stored));
        await this.deadLetters.append(tx, [...refused, ...conflictsOf(toStore, stored)]);
        return stored;
      },
      { lockMs },
    );
    const totalsMismatches = toStore.filter(({ totalsMatch }) => !totalsMatch).length;
    this.metrics.count(via, receipts, { invalid: refused.length, totalsMismatches });
    await eachInTurns(purpose, toStore, (stored, index) => this.tellCache(stored, receipts[index]!));
    this.waiting.arrived(
      receipts.filter(({ outcome }) => outcome === 'stored').map(({ orderUid }) => orderUid),
    );
    return receipts;
  }

  private toStore(incoming: IncomingOrder): OrderToStore {
    // Later is larger, also within one microsecond: lists are sorted by it.
    this.lastReceivedAtUs = Math.max(Date.now() * 1_000, this.lastReceivedAtUs + 1);
    return orderToStore(incoming, this.lastReceivedAtUs);
  }

  /**
   * Unchanged orders go to the cache as well: the process that stored them may have been killed before it told Redis, and
   * the event was redelivered to this one.
   */
  private tellCache(stored: OrderToStore, receipt: OrderReceipt): void {
    const { orderUid, outcome, version } = receipt;
    const isCurrent = outcome === 'stored' || outcome === 'updated' || outcome === 'unchanged';
    if (isCurrent && !isFromBacklog(stored.source)) this.cache.put(stored, receipt);
    else if (version > 0) this.cache.changed(orderUid, version);
  }
}

function isFromBacklog(source: OrderToStore['source']): boolean {
  return source !== undefined && Date.now() - source.timestampMs > BACKLOG_AFTER_MS;
}

function changesOf(toStore: readonly OrderToStore[], receipts: readonly OrderReceipt[]): OrderChanged[] {
  const changes: OrderChanged[] = [];
  for (const [index, { outcome, version, etag, states = FIRST_STATES }] of receipts.entries()) {
    if (outcome !== 'stored' && outcome !== 'updated') continue;
    const { order, totalsMatch, receivedAtUs: atUs } = toStore[index]!;
    const change = { change: CHANGE_OF[outcome], previous: null, states, etag: etag!, atUs };
    changes.push({ order, version, contentVersion: version, totalsMatch, ...change });
  }
  return changes;
}

/** Whoever sent it is not there to be told, so the event becomes a dead letter. */
function conflictsOf(toStore: readonly OrderToStore[], receipts: readonly OrderReceipt[]): RefusedEvent[] {
  return receipts.flatMap((receipt, index) => {
    const { origin } = toStore[index]!;
    if (receipt.outcome !== 'conflicting' || origin === undefined) return [];
    return [{ event: origin, reason: conflictReason(receipt.states!), attempts: 1 }];
  });
}

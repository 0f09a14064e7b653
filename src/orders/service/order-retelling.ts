import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../platform/database/database.js';
import { etagOf } from '../model/order-etag.js';
import type { Order } from '../model/order.js';
import type { OrderChanged, StatusEvents } from '../producer/status-events.js';
import type { LastVersion, StoredOrders } from '../repository/stored-orders.js';

/** Few enough that they fit into memory also where each has 1 MiB. */
const CHUNK_ORDERS = 100;
/** Messages that may wait to be sent: with more, the relay is given time. */
const MAX_WAITING = 5_000;
const LOOK_EVERY_MS = 200;
const WAITING = 'SELECT count(*)::int AS waiting FROM (SELECT FROM outbox LIMIT $1) AS first';

export interface RetellingOptions {
  /** Ends it after the chunk that is under way. */
  readonly signal: AbortSignal;
  /** Hears after each chunk of how many orders have been told of so far. */
  readonly onProgress?: (told: number) => void;
  /** Hears that it waits for the relay. */
  readonly onWaiting?: () => void;
}

/**
 * Tells of all orders again, each as it is, by the event that it was told of last: whoever has it knows it by its id, and a
 * context that was switched on later learns of the order.
 */
export class OrderRetelling {
  constructor(
    private readonly database: Database,
    private readonly orders: StoredOrders,
    private readonly statusEvents: StatusEvents,
  ) {}

  /** @returns how many orders were told of */
  async run({ signal, onProgress, onWaiting }: RetellingOptions): Promise<number> {
    let told = 0;
    for (let last: string | undefined = ''; last !== undefined && !signal.aborted;) {
      const chunk: LastVersion[] = await this.orders.lastVersions(last, CHUNK_ORDERS);
      await this.database.transaction((tx) => this.statusEvents.append(tx, chunk.map(changeOf)));
      last = chunk.at(-1)?.orderUid;
      told += chunk.length;
      onProgress?.(told);
      await this.giveTheRelayTime(signal, onWaiting);
    }
    return told;
  }

  private async giveTheRelayTime(signal: AbortSignal, onWaiting?: () => void): Promise<void> {
    for (let looks = 0; !signal.aborted; looks++) {
      const rows = await this.database.source.query<{ waiting: number }[]>(WAITING, [MAX_WAITING]);
      if (rows[0]!.waiting < MAX_WAITING) return;
      if (looks === 0) onWaiting?.();
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function changeOf({ text, hash, ...last }: LastVersion): OrderChanged {
  const { version, contentVersion, states, change, previous, totalsMatch, atUs } = last;
  const order = JSON.parse(text) as Order;
  const etag = etagOf(version, hash, states);
  return { order, version, etag, contentVersion, states, change, previous, totalsMatch, atUs };
}

import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import type { StoredVersion } from '../model/stored-version.js';
import { OrderHistoryRepository } from '../repository/order-history.repository.js';
import { OrderBroadcast } from './order-broadcast.js';

/** Who watches single orders. */
export interface VersionAudience {
  /** Ids of the orders that are watched. */
  readonly orderUids: readonly string[];
  show(orderUid: string, version: StoredVersion): void;
}

/** What is done for an order that is watched: one thing at a time. */
interface WatchedOrder {
  /** The last version that was shown; 0 until the first look. */
  shown: number;
  /** Requests that the stream is not open for yet. */
  joining: number;
  /** Whether the last look failed. */
  isBehind: boolean;
  work: Promise<void>;
}

const PAGE_VERSIONS = 500;
const RETRY_AFTER_MS = 1_000;

/**
 * Shows who watches an order each of its versions once, in their order. A status event only says that there are versions to
 * be read: they are numbered without a gap under the order's lock, so none can be missed.
 */
@Injectable()
export class OrderVersionStream {
  private audience: VersionAudience | undefined;
  private readonly watched = new Map<string, WatchedOrder>();

  constructor(
    private readonly history: OrderHistoryRepository,
    broadcast: OrderBroadcast,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    broadcast.stream.subscribe(({ orderUid, version }) => {
      const order = this.watched.get(orderUid);
      if (order === undefined || version <= order.shown) return;
      this.forgetUnwatched();
      if (this.watched.has(orderUid)) this.catchUp(orderUid, order);
    });
    broadcast.resumed.subscribe(() => {
      this.forgetUnwatched();
      for (const [orderUid, order] of this.watched) this.catchUp(orderUid, order);
    });
  }

  showTo(audience: VersionAudience): void {
    this.audience = audience;
  }

  /**
   * Lets somebody join the audience of an order who has seen a version; undefined: the one that it has now.
   *
   * @param enter joins it at once; it is called with what comes first
   * @returns false where there is no such order. @throws what `enter` throws, and what the database says
   */
  async join(
    orderUid: string,
    seen: number | undefined,
    enter: (first: readonly StoredVersion[]) => void,
  ): Promise<boolean> {
    const order = this.watched.get(orderUid) ?? newlyWatched();
    this.watched.set(orderUid, order);
    order.joining++;
    const joined = order.work
      .then(() => this.letIn(orderUid, order, seen, enter))
      .finally(() => {
        order.joining--;
        this.forgetUnwatched();
      });
    order.work = joined.then(
      () => undefined,
      () => undefined,
    );
    return joined;
  }

  private async letIn(
    orderUid: string,
    order: WatchedOrder,
    seen: number | undefined,
    enter: (first: readonly StoredVersion[]) => void,
  ): Promise<boolean> {
    // With the version that was seen, so that the newest one is known also where nothing is behind it.
    const fromSeen = seen === undefined ? Infinity : Math.max(0, seen - 1);
    const fromShown = order.shown === 0 && seen !== undefined ? Infinity : order.shown;
    const from = Math.min(fromSeen, fromShown);
    let versions = await this.versionsAfter(orderUid, from);
    if (versions?.length === 0 && order.shown === 0) versions = await this.versionsAfter(orderUid, 0);
    if (versions === undefined) return false;
    this.show(orderUid, order, versions);
    enter(seen === undefined ? [] : versions.filter(({ version }) => version > seen));
    return true;
  }

  private catchUp(orderUid: string, order: WatchedOrder): void {
    order.work = order.work.then(async () => {
      try {
        const versions = await this.versionsAfter(orderUid, order.shown);
        if (versions !== undefined) this.show(orderUid, order, versions);
        order.isBehind = false;
      } catch (error) {
        if (!order.isBehind)
          this.log.warn(
            { err: error, orderUid },
            'versions of an order cannot be shown yet to who watches it',
          );
        order.isBehind = true;
        setTimeout(() => this.tryAgain(orderUid, order), RETRY_AFTER_MS).unref();
      }
    });
  }

  /** There may be no further status event of the order that would bring its versions. */
  private tryAgain(orderUid: string, order: WatchedOrder): void {
    this.forgetUnwatched();
    if (this.watched.get(orderUid) === order) this.catchUp(orderUid, order);
  }

  private show(orderUid: string, order: WatchedOrder, versions: readonly StoredVersion[]): void {
    // Its audience has left during the look, and perhaps another has come, which is told by a look of its own.
    if (this.watched.get(orderUid) !== order) return;
    for (const one of versions) {
      if (one.version <= order.shown) continue;
      order.shown = one.version;
      this.audience?.show(orderUid, one);
    }
  }

  private async versionsAfter(orderUid: string, after: number): Promise<StoredVersion[] | undefined> {
    const all: StoredVersion[] = [];
    for (let last = after; ;) {
      const page = await this.history.versions(orderUid, last, PAGE_VERSIONS);
      if (page === undefined) return undefined;
      all.push(...page);
      if (page.length < PAGE_VERSIONS) return all;
      last = page.at(-1)!.version;
    }
  }

  private forgetUnwatched(): void {
    const uids = new Set(this.audience?.orderUids);
    for (const [orderUid, { joining }] of this.watched) {
      if (joining === 0 && !uids.has(orderUid)) this.watched.delete(orderUid);
    }
  }
}

const newlyWatched = (): WatchedOrder => ({
  shown: 0,
  joining: 0,
  isBehind: false,
  work: Promise.resolve(),
});

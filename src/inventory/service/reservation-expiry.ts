import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { InventorySettings } from '../inventory.settings.js';
import type { KnownOrder } from '../model/known-order.js';
import { newsOf } from '../model/order-weighing.js';
import { StockStatus } from '../producer/stock-status.js';
import { KnownOrderRepository } from '../repository/known-order.repository.js';
import { ReservationMetrics } from './reservation.metrics.js';

const MAX_PAUSE_MS = 5_000;
const PAUSES_PER_TTL = 2;
const MS_PER_SECOND = 1_000;
const ORDERS_AT_A_TIME = 500;

/**
 * Asks orders whose reservation has grown old to give it up, in the processes that consume events. Nothing is released here:
 * an order that is paid for in this very moment keeps its pieces, and one that is cancelled for it says so by its event.
 */
@Injectable()
export class ReservationExpiry {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly orders: KnownOrderRepository,
    private readonly stockStatus: StockStatus,
    private readonly metrics: ReservationMetrics,
    { INVENTORY_RESERVATION_TTL_SECONDS: ttlSeconds }: InventorySettings,
    { ROLES }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    if (ttlSeconds === 0 || !ROLES.includes('consumer')) return;
    lifecycle.beforeReady('the expiry of reservations', () => void this.sweepAgainAndAgain(ttlSeconds));
    lifecycle.onDrain('the expiry of reservations', () => this.stopping.abort());
  }

  /** Never throws. */
  private async sweepAgainAndAgain(ttlSeconds: number): Promise<void> {
    const { signal } = this.stopping;
    const pauseMs = Math.min(MAX_PAUSE_MS, (ttlSeconds * MS_PER_SECOND) / PAUSES_PER_TTL);
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.askSome(ttlSeconds)) === ORDERS_AT_A_TIME);
      } catch (error) {
        if (!signal.aborted) this.log.warn({ err: error }, 'old reservations could not be asked for');
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how many were asked */
  private async askSome(ttlSeconds: number): Promise<number> {
    const news = await this.database.transaction(async (tx) => {
      const old = await this.orders.lockOld(tx, ttlSeconds, ORDERS_AT_A_TIME);
      const held = await this.orders.withHoldings(tx, old);
      const asked = held.map((order): KnownOrder => ({
        ...order,
        outcome: 'expiring',
        number: order.number + 1,
      }));
      const before = new Map(asked.map((order) => [order.orderUid, order]));
      await this.orders.write(
        tx,
        asked.map((order) => ({ order, age: 'none' })),
        before,
      );
      const said = asked.map((order) => newsOf(order));
      await this.stockStatus.append(tx, said);
      return said;
    });
    this.metrics.count(news);
    return news.length;
  }
}

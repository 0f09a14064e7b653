import { Inject, Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import { type FanOut, FanOutRepository } from '../repository/fan-out.repository.js';
import type { OrderOfParcel } from '../repository/tracked-order.repository.js';
import { ShipmentWeighing } from './shipment-weighing.js';
import { TrackingMetrics } from './tracking.metrics.js';

const WEIGHED = 'waybill_tracking_fan_out_orders_total';
/** Of one step, whose transaction holds them. */
const MOST_ORDERS = 200;
const MOST_PARCELS = 5_000;
/** What other processes have left is found by then. */
const LOOK_EVERY_MS = 1_000;

export const FAN_OUT_METRICS: Provider[] = [
  counterProvider({
    name: WEIGHED,
    help: 'Orders weighed in the background, since more than ten share a parcel that has changed',
  }),
];

/**
 * Weighs the orders of parcels that many orders share, some at a time, in the processes that consume events. How far it has
 * come is in the database: a process that ends leaves the rest to the others.
 */
@Injectable()
export class ShipmentFanOut {
  private readonly stopping = new AbortController();
  private wakeUp: () => void = () => undefined;
  private isWoken = false;
  private working: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly fanOuts: FanOutRepository,
    private readonly weighing: ShipmentWeighing,
    private readonly metrics: TrackingMetrics,
    @InjectMetric(WEIGHED) private readonly weighed: Counter,
    { ROLES }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    if (!ROLES.includes('consumer')) return;
    observeGauge(
      'waybill_tracking_fan_outs_waiting',
      'Parcels that many orders share, and that have changed, of whose orders some are yet to be weighed. Look when it does not come back to 0',
      () => (database.isOpen ? fanOuts.count(database.source) : undefined),
    );
    lifecycle.beforeReady('the orders that share a parcel', () => void (this.working = this.work()));
    lifecycle.onDrain('the orders that share a parcel', async () => {
      this.stopping.abort();
      this.wake();
      await this.working;
    });
  }

  /** Says that there is something to do. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp();
  }

  /** Takes one step of the work that has waited longest. @returns whether there was any */
  async step(): Promise<boolean> {
    const done = await this.database.transaction(async (tx) => {
      const fanOut = await this.fanOuts.next(tx);
      return fanOut && this.weighSome(tx, fanOut);
    });
    if (done === undefined) return false;
    this.weighed.inc(done.orders);
    this.metrics.countAnnounced(done.announced);
    return true;
  }

  private async weighSome(tx: Transaction, fanOut: FanOut) {
    const orders = atMostParcels(await this.fanOuts.ordersOf(tx, fanOut, MOST_ORDERS));
    const causes = new Map(orders.map(({ order_uid }) => [order_uid, fanOut.cause]));
    const announced = await this.weighing.weigh(tx, causes, 'background');
    await this.fanOuts.step(tx, fanOut, orders.at(-1)?.order_uid);
    return { announced, orders: orders.length };
  }

  /** Never throws. */
  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.isWoken = false;
      try {
        while (!signal.aborted && (await this.step())) await nextTurn('background');
      } catch (error) {
        if (!signal.aborted) this.log.warn({ err: error }, 'orders that share a parcel could not be weighed');
      }
      if (!this.isWoken) await this.pause();
    }
  }

  private async pause(): Promise<void> {
    const ended = new AbortController();
    const woken = new Promise<void>((resolve) => (this.wakeUp = resolve));
    const elapsed = sleep(LOOK_EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    await Promise.race([woken, elapsed]);
    ended.abort();
  }
}

/** As many, from the first on, as have few enough parcels together; one at least. */
function atMostParcels(orders: readonly OrderOfParcel[]): readonly OrderOfParcel[] {
  let parcels = 0;
  const end = orders.findIndex((order, index) => (parcels += order.parcels) > MOST_PARCELS && index > 0);
  return end === -1 ? orders : orders.slice(0, end);
}

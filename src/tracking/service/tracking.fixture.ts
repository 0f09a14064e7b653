import { Counter } from 'prom-client';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { newOutbox } from '../../../test/support/new-outbox.js';
import { Environment } from '../../platform/config/environment.js';
import type { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CarrierEvent } from '../model/carrier-event.js';
import type { ToldContent } from '../model/order-content.js';
import { ShipmentAnnouncements, type ShipmentEvent } from '../producer/shipment-announcements.js';
import { CarrierEventRepository } from '../repository/carrier-event.repository.js';
import { FanOutRepository } from '../repository/fan-out.repository.js';
import { ParcelRepository } from '../repository/parcel.repository.js';
import { TrackedOrderRepository } from '../repository/tracked-order.repository.js';
import { CarrierEventIntake } from './carrier-event-intake.js';
import { OrderContentIntake } from './order-content-intake.js';
import { ParcelUpdates } from './parcel-updates.js';
import { ShipmentFanOut } from './shipment-fan-out.js';
import { ShipmentWeighing } from './shipment-weighing.js';
import { TrackingMetrics } from './tracking.metrics.js';

/** What one process does, on a database; nothing is done in the background. */
export function trackingOn(database: Database) {
  const counter = <Label extends string>(...labelNames: Label[]) =>
    new Counter<Label>({ name: 'unregistered', help: 'unregistered', labelNames, registers: [] });
  const orders = new TrackedOrderRepository(database);
  const parcels = new ParcelRepository();
  const fanOuts = new FanOutRepository();
  const metrics = new TrackingMetrics(counter('outcome'), counter('shipment_status'));
  const weighing = new ShipmentWeighing(orders, new ShipmentAnnouncements(newOutbox(), new Topics([])));
  const log = { error: () => undefined, warn: () => undefined } as unknown as Logger;
  const environment = Object.assign(new Environment(), { ROLES: ['api'] });
  const fanOut = new ShipmentFanOut(
    database,
    fanOuts,
    weighing,
    metrics,
    counter(),
    environment,
    log,
    new Lifecycle(log),
  );
  const updates = new ParcelUpdates(parcels, orders, fanOuts, weighing);
  return {
    events: new CarrierEventIntake(database, new CarrierEventRepository(), updates, fanOut, metrics),
    contents: new OrderContentIntake(database, orders, parcels, weighing, newDeadLetters(database), metrics),
    fanOut,
  };
}

export type Tracking = ReturnType<typeof trackingOn>;

export const anEvent = (fields: Partial<CarrierEvent>): CarrierEvent =>
  Object.assign(new CarrierEvent(), { type: 'in_transit', occurred_at: '2026-01-01T00:00:00Z' }, fields);

export const aContent = (
  orderUid: string,
  contentVersion: number,
  ...trackNumbers: string[]
): ToldContent => ({
  orderUid,
  contentVersion,
  trackNumbers,
  cause: `${orderUid}:${contentVersion}`,
});

/** All that was announced, in the order in which it goes out. */
export async function announced(database: Database): Promise<ShipmentEvent[]> {
  const rows: { payload: Buffer }[] = await database.source.query(
    `SELECT payload FROM outbox WHERE topic = 'shipment-status' ORDER BY id`,
  );
  return rows.map(({ payload }) => JSON.parse(payload.toString()) as ShipmentEvent);
}

import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../model/shipment-status.js';

const EVENTS = 'waybill_tracking_events_total';
const ANNOUNCED = 'waybill_tracking_announcements_total';

export const EVENT_OUTCOMES = ['stored', 'known', 'conflicting', 'invalid', 'unsigned'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

export const TRACKING_METRICS: Provider[] = [
  counterProvider({
    name: EVENTS,
    help: 'Events of carriers, by outcome: stored, known (it was there already), conflicting (its id has other content), invalid, unsigned (these two of requests, not of their events). Look when the last three rise: a carrier sends what cannot be taken',
    labelNames: ['outcome'],
  }),
  counterProvider({
    name: ANNOUNCED,
    help: 'Announcements that an order has another shipment status, or other parcels to show, by the status',
    labelNames: ['shipment_status'],
  }),
];

/** Counts what is committed. */
@Injectable()
export class TrackingMetrics {
  constructor(
    @InjectMetric(EVENTS) private readonly events: Counter<'outcome'>,
    @InjectMetric(ANNOUNCED) private readonly announced: Counter<'shipment_status'>,
  ) {
    for (const outcome of EVENT_OUTCOMES) events.inc({ outcome }, 0);
    for (const shipment_status of SHIPMENT_STATUSES) announced.inc({ shipment_status }, 0);
  }

  countEvents(outcome: EventOutcome, count: number): void {
    if (count > 0) this.events.inc({ outcome }, count);
  }

  countAnnounced(statuses: readonly ShipmentStatus[]): void {
    for (const shipment_status of statuses) this.announced.inc({ shipment_status });
  }
}

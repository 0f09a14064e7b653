import { describe, expect, it } from 'vitest';
import type { Parcel } from '../model/parcel.js';
import { type Shipment, type ShipmentEvent, shipmentEntryOf } from './shipment-announcements.js';

const KAFKA_DEFAULT_BYTES = 1_048_576;

const shipment = (parcels: readonly Parcel[]): Shipment => ({
  orderUid: 'o1',
  number: 7,
  status: 'shipped',
  contentVersion: 2,
  parcels,
  cause: 'e1',
});
const parcels = (count: number, location: string, suffix = ''): Parcel[] =>
  Array.from({ length: count }, (_, index) => ({
    track_number: `T${index}${suffix}`,
    state: 'in_transit',
    location,
    occurred_at: '2026-01-02T03:04:05Z',
    estimated_at: '2026-01-09T00:00:00Z',
  }));
const announcementOf = (all: readonly Parcel[]) => {
  const entry = shipmentEntryOf('shipment-status', shipment(all), '2026-01-02T03:04:06.000Z');
  expect(entry.payload.length).toBeLessThan(KAFKA_DEFAULT_BYTES);
  return { entry, event: JSON.parse(entry.payload.toString()) as ShipmentEvent };
};

describe('the announcement of a shipment status', () => {
  it('is a CloudEvent about the order, named by its number', () => {
    const { entry } = announcementOf(parcels(1, 'Lviv'));
    expect(entry).toMatchObject({
      aggregateId: 'o1',
      headers: {
        ce_id: 'tracking:o1:7',
        ce_source: '/waybill/tracking',
        ce_type: 'waybill.shipment.status',
        ce_subject: 'o1',
      },
    });
  });

  it('has all of a thousand parcels', () => {
    const all = parcels(1_000, 'Lviv');
    expect(announcementOf(all).event.parcels).toEqual(all);
  });

  it('has no places where they would not fit into a message', () => {
    const { parcels: shown } = announcementOf(parcels(1_000, '😀'.repeat(255))).event;
    expect(shown).toHaveLength(1_000);
    expect(shown[999]).toMatchObject({ track_number: 'T999', state: 'in_transit', location: null });
  });

  it('has only the first parcels where their track numbers alone would not fit', () => {
    const { event, entry } = announcementOf(parcels(1_000, 'Lviv', '\u0001'.repeat(250)));
    expect(event.parcels.length).toBeGreaterThan(500);
    expect(event.parcels.length).toBeLessThan(1_000);
    expect(event.parcels[0]!.track_number).toBe(`T0${'\u0001'.repeat(250)}`);
    expect(entry.payload.length).toBeGreaterThan(900_000);
  });
});

import { expect, it } from 'vitest';
import { cloudEventHeaders } from './cloud-events.js';

it('a CloudEvent goes out in the binary content mode of Kafka, its attributes as headers', () => {
  const event = {
    id: 'T1:2',
    source: '/waybill/parcels',
    type: 'waybill.parcel.moved',
    subject: 'T1',
    time: '2026-01-02T03:04:05.678Z',
  };
  expect(cloudEventHeaders(event)).toEqual({
    ce_specversion: '1.0',
    ce_id: 'T1:2',
    ce_source: '/waybill/parcels',
    ce_type: 'waybill.parcel.moved',
    ce_subject: 'T1',
    ce_time: '2026-01-02T03:04:05.678Z',
    'content-type': 'application/json',
  });
});

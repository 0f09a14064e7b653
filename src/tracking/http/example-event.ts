import type { CarrierEvent } from '../model/carrier-event.js';

/** Of the parcel of the example order. */
export const EXAMPLE_EVENT: CarrierEvent = {
  event_id: 'meest-0001',
  track_number: 'WBILMTESTTRACK',
  type: 'in_transit',
  occurred_at: '2021-11-27T09:15:00Z',
  location: 'Lviv',
  carrier: 'meest',
  estimated_at: '2021-11-29T18:00:00Z',
};

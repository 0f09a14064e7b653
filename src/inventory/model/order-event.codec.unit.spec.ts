import { describe, expect, it } from 'vitest';
import { decodeOrderEvent } from './order-event.codec.js';
import { type OrderEvent, wantedBy } from './order-event.js';

const EVENT: OrderEvent = {
  order_uid: 'b563feb7b2b84b6test',
  version: 3,
  content_version: 2,
  status: 'confirmed',
  payment_status: 'unpaid',
  change: 'status',
  items: [{ chrt_id: 9 }, { chrt_id: 1 }, { chrt_id: 9 }],
};
const decode = (value: unknown) => decodeOrderEvent(Buffer.from(JSON.stringify(value)));
const faultsOf = (value: unknown): string[] => {
  const verdict = decode(value);
  return verdict.valid ? [] : verdict.faults.map(({ path, detail }) => `${path} ${detail}`);
};

describe('an event of an order', () => {
  it('may have fields that nobody knows, in its items as well', () => {
    const items = EVENT.items.map((item) => ({ ...item, rid: 'x', price: 1 }));
    expect(decode({ ...EVENT, items, currency: 'USD' })).toMatchObject({ valid: true, model: EVENT });
  });

  it('is passed over where it knows of no contents', () => {
    const { content_version: _unknown, ...older } = EVENT;
    expect(decode({ ...older, status: 'updated' })).toEqual({ valid: true, model: undefined });
  });

  it.each([
    [{ order_uid: 'a/b' }, 'order_uid must be 1 to 64 characters out of A-Z, a-z, 0-9, _ and -'],
    [{ version: 0 }, 'version must be a whole number from 1 to 9007199254740991, not 0'],
    [
      { content_version: null },
      'content_version must be a whole number from 1 to 9007199254740991, not null',
    ],
    [
      { items: [{ chrt_id: 1.5 }] },
      'items[0].chrt_id must be a whole number from 0 to 9007199254740991, not 1.5',
    ],
  ])('is refused with %j', (fields, fault) => {
    expect(faultsOf({ ...EVENT, ...fields })).toEqual([fault]);
  });

  it('is refused where it is no JSON, or a tombstone', () => {
    expect(decodeOrderEvent(Buffer.from('{'))).toMatchObject({ valid: false });
    expect(decodeOrderEvent(null)).toMatchObject({ valid: false });
  });

  it('wants one piece a line, lines of one thing summed, in the order in which levels are locked', () => {
    expect(wantedBy(EVENT)).toEqual([
      { chrtId: 1, quantity: 1 },
      { chrtId: 9, quantity: 2 },
    ]);
  });
});

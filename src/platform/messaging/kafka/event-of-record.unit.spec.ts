import { expect, it } from 'vitest';
import type { ReceivedEvent } from '../received-event.js';
import { eventOf } from './event-of-record.js';

function receivedFrom(fields: object): ReceivedEvent {
  const place = { context: 'orders', topic: 'orders', partition: 0 };
  return eventOf(place, { key: null, value: null, timestamp: '0', offset: '0', ...fields });
}

it('hands all headers on as they were decoded, and none of a message in a format without them', () => {
  const headerList = [
    { name: 'none', value: null },
    { name: 'several', value: Buffer.from('1') },
    { name: 'several', value: Buffer.from('2') },
    { name: Buffer.from('ff', 'hex'), value: Buffer.alloc(0) },
  ];
  expect(receivedFrom({ headerList })).toMatchObject({ headers: headerList });
  expect(receivedFrom({})).toMatchObject({ headers: [] });
});

it.each(['9223372036854775807', '-9223372036854775808', '1700000000000000001'])(
  'keeps a timestamp of %s to the digit',
  (timestamp) => {
    expect(receivedFrom({ timestamp })).toMatchObject({
      timestampMs: Number(timestamp),
      exactTimestamp: BigInt(timestamp),
    });
  },
);

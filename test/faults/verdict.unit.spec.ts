import { describe, expect, it } from 'vitest';
import { Findings } from './findings.js';
import type { Kept } from './kept.js';
import { shopOrder } from './shop.js';
import { expectedOf, POISON_HEADER, type Sources } from './sources.js';
import type { TopicRecord } from './topic-reader.js';
import { judge } from './verdict.js';

const FIRST = shopOrder('a', 1);
const SECOND = shopOrder('a', 2);
const POSTED = shopOrder('h', 1);
const POISON = Buffer.from('no order');

function record(offset: number, key: string, value: object | Buffer, headers = {}): TopicRecord {
  return {
    partition: 0,
    offset,
    key,
    value: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
    headers,
  };
}

function event(orderUid: string, version: number, revision = version): TopicRecord {
  const value = { order_uid: orderUid, version, track_number: `REV${revision}` };
  return record(version, orderUid, value, { ce_id: `${orderUid}:${version}` });
}

/** One order in two revisions and one poison from the topic, one order over HTTP. */
const SOURCES: Sources = {
  records: [
    record(0, 'a', FIRST),
    record(1, 'a', FIRST),
    record(2, '', POISON, { [POISON_HEADER]: 'yes' }),
    record(3, 'a', SECOND),
  ],
  accepted: new Map([['h', [POSTED]]]),
  promised: ['a'],
  refused: ['i'],
};

/** What is there when all is well; the event of the first version came twice. */
const KEPT: Kept = {
  orders: new Map([
    ['a', { version: 2, content: SECOND }],
    ['h', { version: 1, content: POSTED }],
  ]),
  duplicates: [],
  deadLetters: [{ partition: 0, offset: 2, value: POISON, reason: 'must be JSON' }],
  statusEvents: [event('a', 1), event('h', 1), event('a', 1), event('a', 2)],
  deadLetterCopies: [record(0, '', POISON, { origin_partition: '0', origin_offset: '2' })],
};

function findingsOf(kept: Partial<Kept>, sources: Partial<Sources> = {}): string[] {
  const findings = new Findings();
  const all = { ...SOURCES, ...sources };
  judge(all, expectedOf(all, findings), { ...KEPT, ...kept }, findings);
  return findings.lines();
}

const ordersWith = (orderUid: string, order?: { version: number; content: object }): Kept['orders'] => {
  const orders = new Map(KEPT.orders);
  if (order === undefined) orders.delete(orderUid);
  else orders.set(orderUid, order);
  return orders;
};

describe('the verdict', () => {
  it('finds nothing when everything is there once, and an event twice', () => {
    expect(findingsOf({})).toEqual([]);
  });

  it.each<[string, Partial<Kept>, RegExp]>([
    ['an order that is not there', { orders: ordersWith('h') }, /^lost: 1 \(h\)/],
    [
      'an order of which an update is gone',
      { orders: ordersWith('a', { version: 1, content: FIRST }) },
      /^lost: 1 \(a: revision 2, 1 is stored\)/,
    ],
    [
      'content that no one sent',
      { orders: ordersWith('h', { version: 1, content: { ...POSTED, sm_id: 1 } }) },
      /^other content: 1 \(h\)/,
    ],
    [
      'a version too many',
      { orders: ordersWith('h', { version: 2, content: POSTED }) },
      /^other content: 1 \(h has version 2 after 1/,
    ],
    [
      'an order from nowhere',
      { orders: ordersWith('x', { version: 1, content: FIRST }) },
      /^not accepted but stored: 1 \(x\)/,
    ],
    ['rows that are there twice', { duplicates: ['h in payments'] }, /^duplicated: 1 \(h in payments\)/],
    [
      'an event that is not there',
      { statusEvents: [event('a', 1), event('h', 1)] },
      /^event missing: 1 \(a:2\)/,
    ],
    [
      'events in the wrong order',
      { statusEvents: [event('a', 2), event('a', 1), event('h', 1)] },
      /^event out of order: 1 \(a:2 after 0\)/,
    ],
    [
      'an event with the content of another version',
      { statusEvents: [event('a', 1), event('a', 2, 1), event('h', 1)] },
      /^event out of order: 1 \(a:2 tells of other content\)/,
    ],
    [
      'an event of a version that never was',
      { statusEvents: [...KEPT.statusEvents, event('h', 2)] },
      /^event out of order: 1 \(h:2 tells of what was never accepted\)/,
    ],
    ['a dead letter that is not there', { deadLetters: [] }, /^dead letter missing: 1 \(0\/2\)/],
    [
      'a dead letter twice',
      { deadLetters: [...KEPT.deadLetters, ...KEPT.deadLetters] },
      /^dead letter unfounded: 1 \(0\/2 has two letters\)/,
    ],
    [
      'a dead letter with other bytes',
      { deadLetters: [{ ...KEPT.deadLetters[0]!, value: Buffer.from('?') }] },
      /^dead letter missing: 1 \(0\/2 has other bytes\)/,
    ],
    [
      'a dead letter of an order',
      { deadLetters: [...KEPT.deadLetters, { partition: 0, offset: 0, value: null, reason: 'why' }] },
      /^dead letter unfounded: 1 \(0\/0: why\)/,
    ],
    [
      'a dead letter without its copy',
      { deadLetterCopies: [] },
      /^dead letter missing: 1 \(0\/2 has no copy/,
    ],
  ])('finds %s', (_, kept, finding) => {
    expect(findingsOf(kept)[0]).toMatch(finding);
  });

  it('finds an event that came with two contents', () => {
    const other = record(
      9,
      'h',
      { order_uid: 'h', version: 1, track_number: 'REV1', more: 1 },
      { ce_id: 'h:1' },
    );
    expect(findingsOf({ statusEvents: [...KEPT.statusEvents, other] })).toEqual([
      'event out of order: 1 (h:1 came with two contents)',
    ]);
  });

  it('finds a test order that was promised and never sent', () => {
    expect(findingsOf({}, { promised: ['t'] })).toEqual(['lost: 1 (t was promised and never sent)']);
  });

  it('finds a refused order that was stored', () => {
    const orders = ordersWith('i', { version: 1, content: FIRST });
    expect(findingsOf({ orders }).join()).toMatch(/not accepted but stored: 2/);
  });
});

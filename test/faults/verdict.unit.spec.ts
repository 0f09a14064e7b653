import { describe, expect, it } from 'vitest';
import { Findings } from './findings.js';
import type { Kept, KeptOrder } from './kept.js';
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

const STATES = { status: 'received', payment_status: 'unpaid', shipment_status: 'none' };

function event(orderUid: string, version: number, revision = version, changed: object = {}): TopicRecord {
  const value = {
    order_uid: orderUid,
    version,
    track_number: `REV${revision}`,
    ...STATES,
    content_version: version,
    change: version === 1 ? 'received' : 'content',
    previous: null,
    ...changed,
  };
  return record(version, orderUid, value, { ce_id: `${orderUid}:${version}` });
}

const confirmation = (version: number, from: string | null = 'received'): TopicRecord =>
  event('a', version, 2, { status: 'confirmed', content_version: 2, change: 'status', previous: from });

const CONTENT = { change: 'content', previous: null, current: null };
const CONFIRMED = { version: 3, change: 'status', previous: 'received', current: 'confirmed' };

const order = (content: object, versions: number, more: Partial<KeptOrder> = {}): KeptOrder => ({
  version: versions,
  content,
  states: STATES,
  history: Array.from({ length: versions - 1 }, (_, index) => ({ version: index + 2, ...CONTENT })),
  ...more,
});

const A: KeptOrder = order(SECOND, 3, {
  states: { ...STATES, status: 'confirmed' },
  history: [{ version: 2, ...CONTENT }, CONFIRMED],
});

/** One order in two revisions and one poison from the topic, one order over HTTP. */
const SOURCES: Sources = {
  topic: 'orders',
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

/** What is there when all is well; the order was confirmed, and the event of the first version came twice. */
const KEPT: Kept = {
  orders: new Map([
    ['a', A],
    ['h', order(POSTED, 1)],
  ]),
  duplicates: [],
  deadLetters: [{ topic: 'orders', partition: 0, offset: 2, value: POISON, reason: 'must be JSON' }],
  statusEvents: [event('a', 1), event('h', 1), event('a', 1), event('a', 2), confirmation(3)],
  deadLetterCopies: new Map([
    ['orders', [record(0, '', POISON, { origin_partition: '0', origin_offset: '2' })]],
  ]),
};

function findingsOf(kept: Partial<Kept>, sources: Partial<Sources> = {}): string[] {
  const findings = new Findings();
  const all = { ...SOURCES, ...sources };
  judge(all, expectedOf(all, findings), { ...KEPT, ...kept }, findings);
  return findings.lines();
}

const ordersWith = (orderUid: string, kept?: KeptOrder): Kept['orders'] => {
  const orders = new Map(KEPT.orders);
  if (kept === undefined) orders.delete(orderUid);
  else orders.set(orderUid, kept);
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
      { orders: ordersWith('a', order(FIRST, 1)) },
      /^lost: 1 \(a: revision 2, 1 is stored\)/,
    ],
    [
      'content that no one sent',
      { orders: ordersWith('h', order({ ...POSTED, sm_id: 1 }, 1)) },
      /^other content: 1 \(h\)/,
    ],
    [
      'a version too many',
      { orders: ordersWith('h', order(POSTED, 2)) },
      /^other content: 1 \(h has got 2 contents after 1/,
    ],
    [
      'an order from nowhere',
      { orders: ordersWith('x', order(FIRST, 1)) },
      /^not accepted but stored: 1 \(x\)/,
    ],
    ['rows that are there twice', { duplicates: ['h in payments'] }, /^duplicated: 1 \(h in payments\)/],
    [
      'an event that is not there',
      { statusEvents: [event('a', 1), event('a', 2), event('h', 1)] },
      /^event missing: 1 \(a:3\)/,
    ],
    [
      'events in the wrong order',
      { statusEvents: [event('a', 2), event('a', 1), event('h', 1)] },
      /^event out of order: 1 \(a:2 after 0\)/,
    ],
    [
      'an event that goes back to an earlier state',
      { statusEvents: [event('h', 1), event('a', 1), event('a', 2), confirmation(3, 'packed')] },
      /^event out of order: 1 \(a:3 tells of other states\)/,
    ],
    [
      'an order whose last state was never told',
      { orders: ordersWith('a', { ...A, states: { ...STATES, status: 'cancelled' } }) },
      /^history differs: 1 .*\nevent out of order: 1 \(a tells of .*confirmed.* last\)/,
    ],
    [
      'a history that has a gap',
      { orders: ordersWith('a', { ...A, history: [A.history[0]!, { ...CONFIRMED, version: 4 }] }) },
      /^history differs: 1 \(a:4 after 2\)/,
    ],
    [
      'a step that the table has not',
      {
        orders: ordersWith('a', {
          ...A,
          states: { ...STATES, status: 'delivered' },
          history: [A.history[0]!, { ...CONFIRMED, current: 'delivered' }],
        }),
      },
      /^history differs: 1 \(a:3: nothing leads from received to delivered\)/,
    ],
    [
      'an event with the content of another version',
      { statusEvents: [event('a', 1), event('a', 2, 1), confirmation(3), event('h', 1)] },
      /^event out of order: 1 \(a:2 tells of other content\)/,
    ],
    [
      'an event of a version that never was',
      { statusEvents: [...KEPT.statusEvents, event('h', 2)] },
      /^event out of order: 3 \(h:2 tells of what was never accepted; h:2 tells of what never was; h tells of 2 contents\)/,
    ],
    ['a dead letter that is not there', { deadLetters: [] }, /^dead letter missing: 1 \(orders\/0\/2\)/],
    [
      'a dead letter twice',
      { deadLetters: [...KEPT.deadLetters, ...KEPT.deadLetters] },
      /^dead letter unfounded: 1 \(orders\/0\/2 has two letters\)/,
    ],
    [
      'a dead letter with other bytes',
      { deadLetters: [{ ...KEPT.deadLetters[0]!, value: Buffer.from('?') }] },
      /^dead letter missing: 1 \(orders\/0\/2 has other bytes\)/,
    ],
    [
      'a dead letter of an order',
      {
        deadLetters: [
          ...KEPT.deadLetters,
          { topic: 'orders', partition: 0, offset: 0, value: null, reason: 'why' },
        ],
      },
      /^dead letter unfounded: 1 \(orders\/0\/0: why\)/,
    ],
    [
      'a dead letter without its copy',
      { deadLetterCopies: new Map() },
      /^dead letter missing: 1 \(orders\/0\/2 has no copy/,
    ],
  ])('finds %s', (_, kept, finding) => {
    expect(findingsOf(kept).join('\n')).toMatch(finding);
  });

  it('finds an event that came with two contents', () => {
    const other = record(
      9,
      'h',
      { ...(JSON.parse(String(event('h', 1).value)) as object), more: 1 },
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
    const orders = ordersWith('i', order(FIRST, 1));
    expect(findingsOf({ orders }).join()).toMatch(/not accepted but stored: 2/);
  });
});

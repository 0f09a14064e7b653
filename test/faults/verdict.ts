import { isDeepStrictEqual } from 'node:util';
import type { Findings } from './findings.js';
import { contentsOf, type Kept, type KeptOrder, type States } from './kept.js';
import type { ShopOrder } from './shop.js';
import { type Expected, originOf, type Sources } from './sources.js';

/** Compares all that must be there with all that is there, whole. */
export function judge(sources: Sources, expected: Expected, kept: Kept, findings: Findings): void {
  judgeOrders(expected, kept, findings);
  judgeEvents(expected, kept, findings);
  judgeDeadLetters(expected, kept, findings);
  for (const orderUid of sources.refused) {
    if (kept.orders.has(orderUid)) findings.add('not accepted but stored', orderUid);
  }
}

function judgeOrders({ orders }: Expected, kept: Kept, findings: Findings): void {
  for (const row of kept.duplicates) findings.add('duplicated', row);
  for (const [orderUid, revisions] of orders) {
    const stored = kept.orders.get(orderUid);
    if (stored === undefined) findings.add('lost', orderUid);
    else judgeContent(orderUid, revisions, stored, findings);
  }
  for (const orderUid of kept.orders.keys()) {
    if (!orders.has(orderUid)) findings.add('not accepted but stored', orderUid);
  }
}

function judgeContent(
  orderUid: string,
  revisions: readonly ShopOrder[],
  stored: KeptOrder,
  findings: Findings,
): void {
  const last = revisions.at(-1)!;
  if (!isDeepStrictEqual(stored.content, last)) {
    const earlier = revisions.findLastIndex((revision) => isDeepStrictEqual(stored.content, revision));
    if (earlier === -1) findings.add('other content', orderUid);
    else findings.add('lost', `${orderUid}: revision ${revisions.length}, ${earlier + 1} is stored`);
  } else if (contentsOf(stored) !== revisions.length) {
    findings.add(
      'other content',
      `${orderUid} has got ${contentsOf(stored)} contents after ${revisions.length} revisions`,
    );
  }
  judgeHistory(orderUid, stored, findings);
}

/** What may follow on each status, as the shop was promised. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  received: ['confirmed', 'cancelled'],
  confirmed: ['packed', 'shipped', 'cancelled'],
  packed: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
};
const FIRST: States = { status: 'received', payment_status: 'unpaid', shipment_status: 'none' };
const isState = (change: string): change is keyof States => change in FIRST;

/** Every version from the second on has its row, each state begins where it had ended, and the last ones are the order's. */
function judgeHistory(orderUid: string, { version, history, states }: KeptOrder, findings: Findings): void {
  const held = { ...FIRST };
  for (const [index, { version: of, change, previous, current }] of history.entries()) {
    const place = `${orderUid}:${of}`;
    if (of !== index + 2) findings.add('history differs', `${place} after ${index + 1}`);
    if (change === 'content') continue;
    if (!isState(change) || previous !== held[change] || current === null)
      findings.add('history differs', `${place}: ${change} from ${previous} to ${current}`);
    else if (change === 'status' && !NEXT[held.status]?.includes(current))
      findings.add('history differs', `${place}: nothing leads from ${previous} to ${current}`);
    if (isState(change) && current !== null) held[change] = current;
  }
  if (history.length !== version - 1)
    findings.add('history differs', `${orderUid} has ${history.length + 1} of ${version} versions`);
  if (!isDeepStrictEqual(held, { ...states }))
    findings.add('history differs', `${orderUid} ends in ${JSON.stringify(held)}`);
}

interface StatusEvent extends States {
  readonly order_uid: string;
  readonly version: number;
  readonly track_number: string;
  readonly content_version: number;
  readonly change: string;
  readonly previous: string | null;
}

/** What an order has told so far. */
interface Told {
  /** The first of each version. */
  readonly values: Buffer[];
  contents: number;
  contentVersion: number;
  states: States;
}

/**
 * Versions from 1 on without a gap, the first of each in order, each with the content and the states of its version; what
 * comes again is the same event.
 */
function judgeEvents({ orders }: Expected, kept: Kept, findings: Findings): void {
  const seen = new Map<string, Told>();
  for (const { key: orderUid, value, headers } of kept.statusEvents) {
    const id = headers['ce_id'] ?? '';
    const body = JSON.parse(value!.toString()) as StatusEvent;
    const version = Number(id.slice(orderUid.length + 1));
    if (id !== `${orderUid}:${version}` || body.version !== version || body.order_uid !== orderUid)
      findings.add('event out of order', `${id} is not what it says`);
    const told = seen.get(orderUid) ?? { values: [], contents: 0, contentVersion: 0, states: FIRST };
    seen.set(orderUid, told);
    if (version === told.values.length + 1) {
      told.values.push(value!);
      hear(told, body, orders.get(orderUid) ?? [], findings);
    } else if (version > told.values.length + 1)
      findings.add('event out of order', `${id} after ${told.values.length}`);
    else if (!told.values[version - 1]!.equals(value!))
      findings.add('event out of order', `${id} came with two contents`);
  }
  for (const [orderUid, revisions] of orders) {
    const told = seen.get(orderUid);
    const stored = kept.orders.get(orderUid);
    const versions = Math.max(stored?.version ?? 0, revisions.length);
    for (let version = (told?.values.length ?? 0) + 1; version <= versions; version++)
      findings.add('event missing', `${orderUid}:${version}`);
    if (told === undefined || stored === undefined || told.values.length < versions) continue;
    if (told.values.length > versions)
      findings.add('event out of order', `${orderUid}:${told.values.length} tells of what never was`);
    if (told.contents !== revisions.length)
      findings.add('event out of order', `${orderUid} tells of ${told.contents} contents`);
    if (!isDeepStrictEqual(told.states, { ...stored.states }))
      findings.add('event out of order', `${orderUid} tells of ${JSON.stringify(told.states)} last`);
  }
}

/** The next version of an order: new content, or one state that is another than before. */
function hear(told: Told, event: StatusEvent, revisions: readonly ShopOrder[], findings: Findings): void {
  const { order_uid, version, track_number, content_version, change, previous } = event;
  const id = `${order_uid}:${version}`;
  const { status, payment_status, shipment_status } = event;
  const states = { status, payment_status, shipment_status };
  const before = told.states;
  const isContent = change === (version === 1 ? 'received' : 'content');
  if (isContent) {
    told.contents += 1;
    told.contentVersion = version;
  }
  const revision = revisions[told.contents - 1];
  if (revision === undefined) findings.add('event out of order', `${id} tells of what was never accepted`);
  else if (track_number !== revision.track_number || content_version !== told.contentVersion)
    findings.add('event out of order', `${id} tells of other content`);
  const expected = isContent ? before : { ...before, ...(isState(change) && { [change]: states[change] }) };
  const from = !isContent && isState(change) ? before[change] : null;
  const moves = isContent || (isState(change) && states[change] !== before[change]);
  if (!isDeepStrictEqual(states, expected) || previous !== from || !moves)
    findings.add('event out of order', `${id} tells of other states`);
  told.states = states;
}

function judgeDeadLetters({ deadLetters }: Expected, kept: Kept, findings: Findings): void {
  const copies = new Set(
    [...kept.deadLetterCopies].flatMap(([topic, records]) =>
      records.map(({ headers }) => `${topic}/${headers['origin_partition']}/${headers['origin_offset']}`),
    ),
  );
  const seen = new Set<string>();
  for (const letter of kept.deadLetters) {
    const origin = originOf(letter);
    const bytes = deadLetters.get(origin);
    if (seen.has(origin)) findings.add('dead letter unfounded', `${origin} has two letters`);
    else if (bytes === undefined) findings.add('dead letter unfounded', `${origin}: ${letter.reason}`);
    else if (!(letter.value ?? Buffer.alloc(0)).equals(bytes ?? Buffer.alloc(0))) {
      findings.add('dead letter missing', `${origin} has other bytes`);
    }
    seen.add(origin);
  }
  for (const origin of deadLetters.keys()) {
    if (!seen.has(origin)) findings.add('dead letter missing', origin);
    else if (!copies.has(origin)) findings.add('dead letter missing', `${origin} has no copy on the topic`);
  }
}

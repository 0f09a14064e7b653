import { isDeepStrictEqual } from 'node:util';
import type { Findings } from './findings.js';
import type { Kept, KeptOrder } from './kept.js';
import type { ShopOrder } from './shop.js';
import { type Expected, originOf, type Sources } from './sources.js';
import type { TopicRecord } from './topic-reader.js';

/** Compares all that must be there with all that is there, whole. */
export function judge(sources: Sources, expected: Expected, kept: Kept, findings: Findings): void {
  judgeOrders(expected, kept, findings);
  judgeEvents(expected, kept.statusEvents, findings);
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
  } else if (stored.version !== revisions.length) {
    findings.add(
      'other content',
      `${orderUid} has version ${stored.version} after ${revisions.length} revisions`,
    );
  }
}

/** Versions from 1 on without a gap, the first of each in order; what comes again is the same event. */
function judgeEvents({ orders }: Expected, events: readonly TopicRecord[], findings: Findings): void {
  const seen = new Map<string, Buffer[]>();
  for (const { key: orderUid, value, headers } of events) {
    const id = headers['ce_id'] ?? '';
    const version = Number(id.slice(orderUid.length + 1));
    const revision = orders.get(orderUid)?.[version - 1];
    const body = JSON.parse(value!.toString()) as {
      order_uid: string;
      version: number;
      track_number: string;
    };
    if (id !== `${orderUid}:${version}` || body.version !== version || body.order_uid !== orderUid) {
      findings.add('event out of order', `${id} is not what it says`);
    } else if (revision === undefined) {
      findings.add('event out of order', `${id} tells of what was never accepted`);
    } else if (body.track_number !== revision.track_number) {
      findings.add('event out of order', `${id} tells of other content`);
    }
    const earlier = seen.get(orderUid) ?? [];
    seen.set(orderUid, earlier);
    if (version === earlier.length + 1) earlier.push(value!);
    else if (version > earlier.length + 1)
      findings.add('event out of order', `${id} after ${earlier.length}`);
    else if (!earlier[version - 1]!.equals(value!))
      findings.add('event out of order', `${id} came with two contents`);
  }
  for (const [orderUid, revisions] of orders) {
    const told = seen.get(orderUid)?.length ?? 0;
    for (let version = told + 1; version <= revisions.length; version++) {
      findings.add('event missing', `${orderUid}:${version}`);
    }
  }
}

function judgeDeadLetters({ deadLetters }: Expected, kept: Kept, findings: Findings): void {
  const copies = new Set(
    kept.deadLetterCopies.map(({ headers }) => `${headers['origin_partition']}/${headers['origin_offset']}`),
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

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arbitraryHistory } from '../../../test/support/arbitrary-carrier-event.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../../platform/database/database.js';
import type { CarrierEvent } from '../model/carrier-event.js';
import type { ToldContent } from '../model/order-content.js';
import { marksOf, mergeMarks, type ParcelMarks, parcelStateOf } from '../model/parcel.js';
import { shipmentStatusOf } from '../model/shipment-status.js';
import { tracking } from '../tracking.module.js';
import { aContent, anEvent, announced, type Tracking, trackingOn } from './tracking.fixture.js';

let house: WaybillDatabase;
let others: Database;
/** Two processes. */
let processes: [Tracking, Tracking];

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [tracking] });
  others = new Database(house.options);
  await others.open(house.connection);
  processes = [trackingOn(house.database), trackingOn(others)];
});
beforeEach(() => empty());
afterAll(async () => {
  await others.close();
  await house.drop();
});

const empty = () =>
  house.rows(
    'TRUNCATE outbox, tracking.events, tracking.parcels, tracking.orders, tracking.order_parcels, tracking.fan_outs',
  );
const one = () => processes[0];
const take = (...events: CarrierEvent[]) =>
  one().events.receive(
    events.map((event) => [event]),
    { purpose: 'background' },
  );
const tell = (...contents: ToldContent[]) => one().contents.receive(contents, []);

describe('a shipment status', () => {
  it('is announced with its parcels, and only when something differs', async () => {
    await tell(aContent('o1', 1, 'A', 'B'));
    expect(await announced(house.database)).toEqual([]);
    const event = anEvent({ event_id: 'e1', track_number: 'A', location: 'Lviv' });
    await take(event);
    await take(event);
    await take(anEvent({ event_id: 'e0', track_number: 'A', occurred_at: '2025-01-01T00:00:00Z' }));
    await tell(aContent('o1', 1, 'A', 'B'));
    const nothing = { state: null, location: null, occurred_at: null, estimated_at: null };
    expect(await announced(house.database)).toEqual([
      {
        order_uid: 'o1',
        number: 1,
        shipment_status: 'partially_shipped',
        content_version: 1,
        parcels: [
          {
            track_number: 'A',
            state: 'in_transit',
            location: 'Lviv',
            occurred_at: '2026-01-01T00:00:00Z',
            estimated_at: null,
          },
          { track_number: 'B', ...nothing },
        ],
        occurred_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        cause: 'e1',
      },
    ]);
    await take(anEvent({ event_id: 'e2', track_number: 'B' }));
    expect((await announced(house.database)).at(-1)).toMatchObject({ number: 2, shipment_status: 'shipped' });
  });

  it('waits for the order that its events came before', async () => {
    await take(anEvent({ event_id: 'e1', track_number: 'A', type: 'delivered' }));
    expect(await announced(house.database)).toEqual([]);
    await tell(aContent('o1', 4, 'A'));
    expect(await announced(house.database)).toMatchObject([
      { order_uid: 'o1', number: 1, shipment_status: 'delivered', content_version: 4, cause: 'o1:4' },
    ]);
  });

  it('is weighed anew when its order is replaced, and not by older content', async () => {
    await tell(aContent('o1', 1, 'A'));
    await take(anEvent({ event_id: 'e1', track_number: 'A' }));
    await tell(aContent('o1', 3, 'B'));
    await tell(aContent('o1', 2, 'A'));
    await take(anEvent({ event_id: 'e2', track_number: 'A', occurred_at: '2026-01-02T00:00:00Z' }));
    expect(await announced(house.database)).toMatchObject([
      { number: 1, shipment_status: 'shipped', content_version: 1 },
      { number: 2, shipment_status: 'none', content_version: 3, cause: 'o1:3' },
    ]);
  });
});

describe('events', () => {
  const stored = () => house.rows('SELECT event_id, type FROM tracking.events ORDER BY event_id');

  it('of a group are stored all or none, when an id is that of an event with other content', async () => {
    const first = anEvent({ event_id: 'e1', track_number: 'A' });
    await take(first);
    const other = anEvent({ event_id: 'e1', track_number: 'A', type: 'lost' });
    const fresh = anEvent({ event_id: 'e2', track_number: 'B' });
    const outcomes = await one().events.receive([[fresh, other, first], [fresh], [first, fresh]], {
      purpose: 'request',
    });
    expect(outcomes).toEqual([
      { stored: 0, conflicts: [1] },
      { stored: 1, conflicts: [] },
      { stored: 0, conflicts: [] },
    ]);
    expect(await stored()).toEqual([
      { event_id: 'e1', type: 'in_transit' },
      { event_id: 'e2', type: 'in_transit' },
    ]);
  });

  it('that two processes get at once are stored once, and of two with one id the second conflicts', async () => {
    for (let round = 0; round < 20; round++) {
      const ids = Array.from({ length: 20 }, (_, index) => `${round}-${index}`);
      const ofType = (type: CarrierEvent['type'], all: readonly string[]) =>
        all.map((event_id) => [anEvent({ event_id, track_number: `T${round}`, type })]);
      const [mine, theirs] = await Promise.all([
        processes[0].events.receive(ofType('accepted', ids), { purpose: 'background' }),
        processes[1].events.receive(ofType('arrived', ids.toReversed()), { purpose: 'background' }),
      ]);
      for (const [index] of ids.entries()) {
        const outcomes = [mine[index]!, theirs[ids.length - 1 - index]!];
        expect(outcomes.map(({ stored: count }) => count).sort()).toEqual([0, 1]);
        expect(outcomes.map(({ conflicts }) => conflicts.length).sort()).toEqual([0, 1]);
      }
    }
  });
});

const TRACK_NUMBERS = ['A', 'B', 'C'];
const ORDERS = ['o1', 'o2'];

/** What is announced at last, as the model has it: of the newest content, and of all events. */
function truth(events: readonly CarrierEvent[], contents: readonly ToldContent[], orderUid: string) {
  const newest = contents
    .filter((content) => content.orderUid === orderUid)
    .reduce((before, content) => (content.contentVersion > before.contentVersion ? content : before));
  const parcels = newest.trackNumbers.map((track_number) => {
    const marks = events
      .filter((event) => event.track_number === track_number)
      .map(marksOf)
      .reduce<ParcelMarks | undefined>(
        (before, next) => (before ? mergeMarks(before, next) : next),
        undefined,
      );
    return { track_number, ...parcelStateOf(marks) };
  });
  return { shipment_status: shipmentStatusOf(parcels), content_version: newest.contentVersion, parcels };
}

type Step = { readonly event: CarrierEvent } | { readonly content: ToldContent };

/** Contents with one version are one content. */
const arbitraryContents = (): fc.Arbitrary<ToldContent[]> =>
  fc
    .tuple(
      ...ORDERS.map((orderUid) =>
        fc
          .array(fc.subarray(TRACK_NUMBERS, { minLength: 1 }), { minLength: 1, maxLength: 3 })
          .map((all) => all.map((numbers, index) => aContent(orderUid, index + 1, ...numbers))),
      ),
    )
    .map((all) => all.flat());

it('whatever two processes get, in whatever order and however often, the truth is announced last, with numbers that grow', async () => {
  const runs = fc
    .record({ events: arbitraryHistory(TRACK_NUMBERS), contents: arbitraryContents() })
    .chain(({ events, contents }) => {
      const steps: Step[] = [
        ...events.map((event) => ({ event })),
        ...contents.map((content) => ({ content })),
      ];
      // All of it once, in any order, and some of it again; batch by batch, to either process.
      const first = fc.shuffledSubarray(steps, { minLength: steps.length });
      const again = fc.shuffledSubarray(steps);
      const batches = fc
        .tuple(first, again, fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 10 }))
        .map(([one, more, sizes]) => batchesOf([...one, ...more], sizes));
      return fc.record({ events: fc.constant(events), contents: fc.constant(contents), batches });
    });
  await fc.assert(
    fc.asyncProperty(runs, async ({ events, contents, batches }) => {
      await empty();
      // The processes take turns in getting batches, and work at the same time.
      await Promise.all(
        processes.map(async (process, index) => {
          for (const batch of batches.filter((_, place) => place % 2 === index))
            await receive(process, batch);
        }),
      );
      const all = await announced(house.database);
      for (const orderUid of ORDERS) {
        const own = all.filter(({ order_uid }) => order_uid === orderUid);
        expect(own.map(({ number }) => number)).toEqual(own.map((_, index) => index + 1));
        const expected = truth(events, contents, orderUid);
        if (own.length === 0) expect(expected.shipment_status).toBe('none');
        else expect(own.at(-1)).toMatchObject(expected);
      }
      const [{ n }] = (await house.rows('SELECT count(*)::int AS n FROM tracking.events')) as [{ n: number }];
      expect(n).toBe(events.length);
    }),
    { numRuns: 60 },
  );
});

function batchesOf(steps: readonly Step[], sizes: readonly number[]): Step[][] {
  const batches: Step[][] = [];
  for (let at = 0; at < steps.length;) {
    const size = sizes[batches.length % sizes.length]!;
    batches.push(steps.slice(at, at + size));
    at += size;
  }
  return batches;
}

async function receive(process: Tracking, batch: readonly Step[]): Promise<void> {
  const groups = batch.flatMap((step) => ('event' in step ? [[step.event]] : []));
  const contents = batch.flatMap((step) => ('content' in step ? [step.content] : []));
  // A consumer is given a batch again when it loses a deadlock, and nothing here may do so.
  await Promise.all([
    process.events.receive(groups, { purpose: 'background' }),
    process.contents.receive(contents, []),
  ]);
}

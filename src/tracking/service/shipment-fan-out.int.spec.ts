import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { CarrierEvent } from '../model/carrier-event.js';
import { tracking } from '../tracking.module.js';
import { MOST_ORDERS_AT_ONCE } from './parcel-updates.js';
import { aContent, anEvent, announced, type Tracking, trackingOn } from './tracking.fixture.js';

const SHARED = 'SHARED';
const ORDERS = 10_000;
/** Of one transaction. */
const MOST_OF_A_STEP = 200;

let house: WaybillDatabase;
let process: Tracking;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [tracking] });
});
beforeEach(async () => {
  await house.rows(
    'TRUNCATE outbox, tracking.events, tracking.parcels, tracking.orders, tracking.order_parcels, tracking.fan_outs',
  );
  process = trackingOn(house.database);
});
afterAll(() => house.drop());

const take = (...events: CarrierEvent[]) =>
  process.events.receive(
    events.map((event) => [event]),
    { purpose: 'background' },
  );
const orderUids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `o${String(index).padStart(5, '0')}`);
/** Orders that share a parcel, each with one of its own. */
const tellShared = (count: number): Promise<void> =>
  process.contents.receive(
    orderUids(count).map((orderUid) => aContent(orderUid, 1, SHARED, `${orderUid}-own`)),
    [],
  );
const countAnnounced = async (): Promise<number> =>
  (await house.rows<{ n: number }>('SELECT count(*)::int AS n FROM outbox'))[0]!.n;
const allSteps = async (): Promise<void> => {
  while (await process.fanOut.step());
};

describe('a parcel that 10,000 orders share', () => {
  beforeEach(() => tellShared(ORDERS));

  it('delays nobody else: its orders are announced in the background, a bounded number at a time', async () => {
    await take(anEvent({ event_id: 'e1', track_number: SHARED }));
    expect(await announced(house.database)).toEqual([]);
    // Others go first, and so do orders of its own whose other parcel moves; they tell the truth of both.
    await take(anEvent({ event_id: 'e2', track_number: 'o05000-own' }));
    expect(await announced(house.database)).toMatchObject([
      { order_uid: 'o05000', number: 1, shipment_status: 'shipped', cause: 'e2' },
    ]);
    for (let before = 1, more = true; more;) {
      more = await process.fanOut.step();
      const now = await countAnnounced();
      expect(now - before).toBeLessThanOrEqual(MOST_OF_A_STEP);
      before = now;
    }
    const all = await announced(house.database);
    expect(all).toHaveLength(ORDERS);
    expect(new Set(all.map(({ order_uid }) => order_uid)).size).toBe(ORDERS);
    expect(all.slice(1).every(({ number, cause }) => number === 1 && cause === 'e1')).toBe(true);
    expect(await house.rows('SELECT * FROM tracking.fan_outs')).toEqual([]);
  });
});

describe('a parcel that some orders share', () => {
  const COUNT = 700;

  it('is weighed at once for as many as ten, and later for all of more', async () => {
    await tellShared(MOST_ORDERS_AT_ONCE);
    await take(anEvent({ event_id: 'e1', track_number: SHARED }));
    expect(await countAnnounced()).toBe(MOST_ORDERS_AT_ONCE);
    await tellShared(MOST_ORDERS_AT_ONCE + 1);
    // The new one has learned of the event with its own content.
    expect(await countAnnounced()).toBe(MOST_ORDERS_AT_ONCE + 1);
    await take(anEvent({ event_id: 'e2', track_number: SHARED, type: 'delivered' }));
    expect(await countAnnounced()).toBe(MOST_ORDERS_AT_ONCE + 1);
    await allSteps();
    expect(await countAnnounced()).toBe(2 * (MOST_ORDERS_AT_ONCE + 1));
  });

  it('is gone on with by another process, where one has ended', async () => {
    await tellShared(COUNT);
    await take(anEvent({ event_id: 'e1', track_number: SHARED }));
    await process.fanOut.step();
    expect(await countAnnounced()).toBe(MOST_OF_A_STEP);
    process = trackingOn(house.database);
    await allSteps();
    const all = await announced(house.database);
    expect(all.map(({ order_uid }) => order_uid)).toEqual(orderUids(COUNT));
  });

  it('goes once around with each event, so that the last orders are not kept waiting by new events', async () => {
    await tellShared(COUNT);
    const last = orderUids(COUNT).at(-1)!;
    let steps = 0;
    const isLastTold = async () =>
      (await announced(house.database)).some(({ order_uid }) => order_uid === last);
    for (; !(await isLastTold()); steps++) {
      expect(steps).toBeLessThanOrEqual(COUNT / MOST_OF_A_STEP + 1);
      const occurred_at = `2026-01-01T00:00:0${steps}Z`;
      await take(anEvent({ event_id: `e${steps}`, track_number: SHARED, occurred_at }));
      await process.fanOut.step();
    }
    await allSteps();
    const newest = new Map((await announced(house.database)).map((one) => [one.order_uid, one]));
    expect(newest.size).toBe(COUNT);
    for (const { parcels } of newest.values())
      expect(parcels[0]!.occurred_at).toBe(`2026-01-01T00:00:0${steps - 1}Z`);
  });
});

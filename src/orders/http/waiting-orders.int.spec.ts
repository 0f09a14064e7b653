import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { storeOrders } from '../../../test/support/stored-orders.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { Parcel } from '../model/announcement.js';
import type { ShipmentStatus } from '../model/order-states.js';
import { orders } from '../orders.module.js';
import { LifeIntake } from '../service/life-intake.js';
import { type WaitingCounts, WaitingOrders } from '../service/waiting-orders.js';

interface Waiting {
  waiting: { for: string; since: string; order: { order_uid: string; status: string } }[];
  counts: Record<string, { count: number; exact: boolean }>;
}

let house: WaybillDatabase;
let app: NestFastifyApplication;
beforeAll(async () => {
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf({}, [orders]), house.database);
});
afterAll(async () => {
  await app.close();
  await house.drop();
});

async function waiting(query = ''): Promise<Waiting & { next?: string | undefined }> {
  const answer = await app.inject({ url: query.startsWith('/') ? query : `/api/waiting/orders${query}` });
  expect(answer.statusCode, answer.body).toBe(200);
  const next = /^<([^>]+)>; rel="next"$/.exec((answer.headers.link as string | undefined) ?? '')?.[1];
  return { ...answer.json<Waiting>(), next };
}

/** Those of this moment; answers may have those of some seconds ago. */
const countsNow = (): Promise<WaitingCounts> => app.get(WaitingOrders, { strict: false }).counts();

const uidsOf = ({ waiting: all }: Waiting): string[] => all.map(({ order }) => order.order_uid);
const without = (counts: Record<string, number>): Waiting['counts'] =>
  Object.fromEntries(
    ['confirmation', 'shipment', 'delivery', 'promise'].map((wait) => [
      wait,
      { count: counts[wait] ?? 0, exact: true },
    ]),
  );

/** Time goes by for an order. */
const age = (orderUid: string, hours: number): Promise<object[]> =>
  house.rows(`UPDATE orders_under_way SET since = since - make_interval(hours => $2) WHERE order_uid = $1`, [
    orderUid,
    hours,
  ]);

async function become(orderUid: string, status: string): Promise<void> {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/orders/${orderUid}/status`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ status }),
  });
  expect(answer.statusCode, answer.body).toBe(200);
}

const track = (
  orderUid: string,
  number: number,
  shipment_status: ShipmentStatus,
  parcels: readonly Partial<Parcel>[],
): Promise<void> => {
  const whole = {
    track_number: 'T1',
    state: 'in_transit',
    location: null,
    occurred_at: null,
    estimated_at: null,
  };
  const told = { shipment_status, parcels: parcels.map((parcel) => ({ ...whole, ...parcel })) };
  const announced = { owner: 'tracking' as const, orderUid, number, contentVersion: 1, told };
  return app.get(LifeIntake, { strict: false }).receive('tracking', [announced], []);
};

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

describe('GET /api/waiting/orders', () => {
  it('has an order from when it has waited too long for the next step of its life until that comes', async () => {
    const [uid] = await storeOrders(house, 1, () => ({ order_uid: 'life' }));
    expect(await waiting()).toEqual({ waiting: [], counts: without({}), next: undefined });
    expect(await countsNow()).toEqual(without({}));
    await age(uid!, 1);
    const late = await waiting('?for=confirmation');
    expect(late.waiting).toMatchObject([
      { for: 'confirmation', order: { order_uid: uid, status: 'received' } },
    ]);
    expect(Date.now() - Date.parse(late.waiting[0]!.since)).toBeGreaterThan(3_600_000);
    expect(await countsNow()).toEqual(without({ confirmation: 1 }));
    expect(uidsOf(await waiting('?for=shipment'))).toEqual([]);

    await become(uid!, 'confirmed');
    expect(await countsNow()).toEqual(without({}));
    await age(uid!, 49);
    // That it is packed does not begin the wait for its shipment anew.
    await become(uid!, 'packed');
    expect((await waiting()).waiting).toMatchObject([{ for: 'shipment', order: { status: 'packed' } }]);

    await become(uid!, 'shipped');
    expect(await countsNow()).toEqual(without({}));
    await age(uid!, 169);
    expect(uidsOf(await waiting('?for=delivery'))).toEqual([uid]);
    await become(uid!, 'delivered');
    expect(await countsNow()).toEqual(without({}));
  });

  it('has an order of which a parcel was promised by now, until that has ended its way', async () => {
    await storeOrders(house, 1, () => ({ order_uid: 'promised' }));
    await track('promised', 1, 'shipped', [{ estimated_at: TOMORROW }]);
    expect((await waiting('?for=promise')).waiting).toEqual([]);
    await track('promised', 2, 'shipped', [{ estimated_at: TOMORROW }, { estimated_at: YESTERDAY }]);
    const late = await waiting('?for=promise');
    expect(late.waiting).toMatchObject([{ for: 'promise', since: YESTERDAY.replace('Z', '000Z') }]);
    expect(uidsOf(late)).toEqual(['promised']);
    expect((await countsNow()).promise).toEqual({ count: 1, exact: true });
    await track('promised', 3, 'shipped', [{ estimated_at: TOMORROW }, { state: 'delivered' }]);
    expect((await waiting('?for=promise')).waiting).toEqual([]);
    // Nobody has seen this order, so there is nothing to be shown.
    await track('unheard-of', 1, 'shipped', [{ estimated_at: YESTERDAY }]);
    expect((await countsNow()).promise).toEqual({ count: 0, exact: true });
  });

  it('leads through all that wait, the longest first, each once', async () => {
    const since = `timestamptz '2026-01-01 00:00:00Z'`;
    await storeOrders(house, 9, (n) => ({ order_uid: `page-${n}` }));
    // Some have waited since one moment, and one waits for two things since then.
    await house.rows(`UPDATE orders_under_way SET since = ${since} + make_interval(secs => right(order_uid, 1)::int / 3)
                      WHERE order_uid LIKE 'page-%'`);
    await track('page-4', 1, 'shipped', [{ estimated_at: '2026-01-01T01:00:01+01:00' }]);
    await house.rows(
      `UPDATE orders_under_way SET since = ${since} + interval '1 s' WHERE order_uid = 'page-4'`,
    );
    const expected = [0, 1, 2, 3, 5, 6, 7, 8].map((n) => `confirmation page-${n}`);
    expected.splice(4, 0, 'delivery page-4', 'promise page-4');
    // A page may end between the two that the one order waits for.
    for (const limit of [2, 5]) {
      const seen: string[] = [];
      for (let next: string | undefined = `/api/waiting/orders?limit=${limit}`; next !== undefined;) {
        const page = await waiting(next);
        expect(page.waiting.length).toBeLessThanOrEqual(limit);
        seen.push(...page.waiting.map((one) => `${one.for} ${one.order.order_uid}`));
        next = page.next;
      }
      expect(seen).toEqual(expected);
    }
  });

  it('are counted once for all who ask within a few seconds', async () => {
    const counts = async (query = '') => app.inject({ url: `/api/counts/waiting-orders${query}` });
    const { counts: now } = await waiting();
    expect((await counts()).json()).toEqual(now);
    await storeOrders(house, 1, () => ({ order_uid: 'one-more' }));
    await age('one-more', 1);
    expect(await countsNow()).not.toEqual(now);
    expect((await waiting()).counts).toEqual(now);
    expect((await counts()).json()).toEqual(now);
    expect((await counts('?for=promise')).statusCode).toBe(400);
  });

  it('shows every order that it counts, whatever carriers say of their parcels', async () => {
    await storeOrders(house, 2, (n) => ({ order_uid: `strange-${n}` }));
    const before = (await countsNow()).promise.count;
    const strange = ['0001-01-01T00:00:00Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z'];
    await track(
      'strange-0',
      1,
      'shipped',
      strange.map((estimated_at) => ({ estimated_at })),
    );
    await track(
      'strange-1',
      1,
      'shipped',
      [...strange, YESTERDAY].map((estimated_at) => ({ estimated_at })),
    );
    const late = await waiting('?for=promise');
    expect((await countsNow()).promise).toEqual({ count: before + 1, exact: true });
    expect(uidsOf(late)).toHaveLength(before + 1);
    expect(uidsOf(late)).toContain('strange-1');
  });

  it('finds them by an index of those under way, however many orders are done with', async () => {
    const plan = await house.rows<{ 'QUERY PLAN': string }>(`
      EXPLAIN SELECT FROM orders_under_way w
      WHERE w.wait = 'delivery' AND w.since < now() ORDER BY w.since LIMIT 51`);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
      /Index.*Scan using ix_orders_under_way_since[^]*Index Cond: .*wait = 'delivery'.*since </,
    );
  });

  it('names the parameters that are at fault', async () => {
    const answer = await app.inject({
      url: '/api/waiting/orders?for=godot&limit=501&cursor=x&status=shipped',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([
      'limit',
      'cursor',
      'for',
      'status',
    ]);
  });
});

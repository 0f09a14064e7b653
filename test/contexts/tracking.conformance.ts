import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tracking } from '../../src/tracking/tracking.module.js';
import type { Waybill } from '../../src/waybill.js';
import { anOrder, ask, expectProblem, metric, post } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const WAIT = { timeoutMs: 30_000 };

interface EventFields {
  event_id: string;
  track_number: string;
  type: string;
  occurred_at: string;
  location?: string;
  estimated_at?: string;
}

interface Timeline {
  state: string | null;
  location: string | null;
  estimated_at: string | null;
  orders: string[];
  events: { event_id: string }[];
}

/**
 * Parcels, from the topic and over HTTP, and the orders that they belong to.
 *
 * @param settings of a test, which choose the transport and names that no other test has
 */
export function trackingConformance(name: string, settings: () => ChosenSettings): void {
  describe(`delivery tracking, over ${name}`, () => {
    let database: WaybillDatabase;
    let waybill: Waybill;
    let url: string;
    let chosen: ChosenSettings;

    beforeEach(async () => {
      database = await openWaybillDatabase();
      chosen = settings();
      waybill = await startContexts(database, chosen, [tracking]);
      url = waybill.url;
    });
    afterEach(async () => {
      await waybill.stop();
      await database.drop();
    });

    /** As another program would send it. */
    const send = (topic: string, key: string, value: unknown): Promise<unknown> =>
      database.rows(
        `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
         VALUES ('test', $2, 'test', $1, '{}', convert_to($3, 'UTF8'))`,
        [topic, key, typeof value === 'string' ? value : JSON.stringify(value)],
      );
    const sendEvent = (event: EventFields): Promise<unknown> =>
      send(chosen.DELIVERY_EVENTS_TOPIC ?? 'delivery-events', event.track_number, event);
    const submit = (body: unknown, headers: Record<string, string> = {}) =>
      ask(`${url}/api/tracking/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const parcel = async (trackNumber: string, query = ''): Promise<Timeline> => {
      const answer = await ask(`${url}/api/tracking/${encodeURIComponent(trackNumber)}${query}`);
      expect(answer.status, answer.text).toBe(200);
      return JSON.parse(answer.text) as Timeline;
    };
    const shipments = async (orderUid: string): Promise<unknown> => {
      const answer = await ask(`${url}/api/orders/${orderUid}/shipments`);
      expect(answer.status, answer.text).toBe(200);
      return JSON.parse(answer.text);
    };
    const letters = () =>
      database.rows<{ context: string; topic: string; reason: string }>(
        'SELECT context, topic, reason FROM dead_letters ORDER BY id',
      );
    const anEvent = (fields: Partial<EventFields> = {}): EventFields => ({
      event_id: 'e1',
      track_number: 'T 1/ł',
      type: 'in_transit',
      occurred_at: '2026-01-02T03:04:05Z',
      ...fields,
    });
    const MORE: EventFields[] = [
      anEvent({
        event_id: 'e3',
        type: 'arrived',
        occurred_at: '2026-01-03T00:00:00+02:00',
        location: 'Lviv',
      }),
      anEvent({ event_id: 'e2', estimated_at: '2026-01-09T00:00:00Z' }),
      anEvent({ event_id: 'e0', type: 'accepted', occurred_at: '2026-01-01T00:00:00Z', location: 'Kyiv' }),
    ];

    it('shows the parcels of an order from its first event on, whichever way events come', async () => {
      const order = anOrder({ track_number: 'T 1/ł' });
      const { status } = await post(url, { ...order, items: itemsOf(order, '', 'T2') });
      expect(status).toBe(201);
      await eventually(async () => {
        expect(await shipments(order.order_uid)).toMatchObject({
          shipment_status: 'none',
          content_version: 1,
        });
      }, WAIT);
      const parcels = ((await shipments(order.order_uid)) as { parcels: { track_number: string }[] }).parcels;
      expect(parcels[0]).toMatchObject({ track_number: 'T 1/ł', state: null });
      for (const event of MORE) await sendEvent(event);
      await sendEvent(MORE[0]!);
      await eventually(async () => expect((await parcel('T 1/ł')).events).toHaveLength(3), WAIT);
      expect(await parcel('T 1/ł')).toMatchObject({
        state: 'arrived',
        location: 'Lviv',
        estimated_at: '2026-01-09T00:00:00Z',
        orders: [order.order_uid],
        has_more_orders: false,
        events: [{ event_id: 'e0' }, { event_id: 'e2' }, { event_id: 'e3', location: 'Lviv', note: null }],
      });
      const all = parcels.map(({ track_number }, index) =>
        anEvent({
          event_id: `d${index}`,
          track_number,
          type: 'delivered',
          occurred_at: '2026-02-01T00:00:00Z',
        }),
      );
      expect(JSON.parse((await submit(all)).text)).toEqual({ stored: all.length, known: 0 });
      expect(JSON.parse((await submit(all[0])).text)).toEqual({ stored: 0, known: 1 });
      expect(await shipments(order.order_uid)).toMatchObject({ shipment_status: 'delivered' });
      expect(await letters()).toEqual([]);
    });

    it('keeps events of parcels that nobody knows, and joins them to their order when it comes', async () => {
      await sendEvent(anEvent({ type: 'delivered' }));
      await eventually(async () => expect(await parcel('T 1/ł')).toMatchObject({ state: 'delivered' }), WAIT);
      expect((await parcel('T 1/ł')).orders).toEqual([]);
      const order = anOrder({ track_number: 'T 1/ł' });
      await post(url, { ...order, items: itemsOf(order, '') });
      await eventually(async () => {
        expect(await shipments(order.order_uid)).toMatchObject({ shipment_status: 'delivered' });
      }, WAIT);
      await eventually(async () => {
        const told = await metric(url, 'waybill_tracking_announcements_total', 'shipment_status="delivered"');
        expect(told).toBe(1);
      }, WAIT);
    });

    it('tells of all orders that share a parcel, however many they are', async () => {
      const orderUids = Array.from({ length: 30 }, (_, index) => `o${index}`);
      for (const order_uid of orderUids) {
        const news = { order_uid, version: 1, content_version: 1, track_number: 'T 1/ł', items: [{}] };
        await send(chosen.KAFKA_STATUS_TOPIC ?? 'order-status', order_uid, news);
      }
      await eventually(async () => expect((await parcel('T 1/ł')).orders).toHaveLength(30), WAIT);
      await submit(anEvent());
      await eventually(async () => {
        const told = await database.rows('SELECT order_uid FROM tracking.orders WHERE number = 1');
        expect(told).toHaveLength(30);
      }, WAIT);
      await eventually(async () => {
        expect(await metric(url, 'waybill_tracking_fan_outs_waiting')).toBe(0);
        expect(await metric(url, 'waybill_tracking_fan_out_orders_total')).toBe(30);
      }, WAIT);
    });

    it('makes a dead letter of what is invalid, or has the id of an event with other content', async () => {
      await sendEvent(anEvent({ type: 'teleported' }));
      await sendEvent(anEvent());
      await sendEvent(anEvent({ type: 'lost' }));
      await send(chosen.KAFKA_STATUS_TOPIC ?? 'order-status', 'o1', '{"order_uid":"o1"}');
      await eventually(async () => expect(await letters()).toHaveLength(3), WAIT);
      const reasons = (await letters()).map(({ context, reason }) => `${context}: ${reason}`).sort();
      expect(reasons).toEqual([
        'tracking: event_id is that of an event with other content, which was taken before',
        expect.stringMatching(/^tracking: track_number is missing/),
        expect.stringMatching(/^tracking: type must be one of accepted/),
      ]);
      expect(await parcel('T 1/ł')).toMatchObject({ state: 'in_transit' });
      await eventually(async () => {
        expect(await metric(url, 'waybill_tracking_events_total', 'outcome="conflicting"')).toBe(1);
      }, WAIT);
    });

    it('takes all events of a request, or none', async () => {
      expect((await submit(anEvent())).status).toBe(201);
      expect((await submit([anEvent(), anEvent()])).status).toBe(200);
      const conflict = expectProblem(
        await submit([anEvent({ event_id: 'e2' }), anEvent({ type: 'lost' })]),
        409,
      );
      expect(conflict.errors).toEqual([
        { path: '[1].event_id', pointer: '#/1/event_id', detail: 'is that of an event with other content' },
      ]);
      expect(expectProblem(await submit(anEvent({ type: 'lost' })), 409).errors).toMatchObject([
        { path: 'event_id' },
      ]);
      const faults = expectProblem(
        await submit([anEvent({ event_id: 'e2' }), anEvent({ type: 'x', event_id: '' })]),
        400,
      );
      expect(faults.errors!.map(({ path }) => path)).toEqual(['[1].event_id', '[1].type']);
      expect((await parcel('T 1/ł')).events.map(({ event_id }) => event_id)).toEqual(['e1']);
    });

    it('shows a long timeline page by page', async () => {
      await submit(MORE);
      const first = await ask(`${url}/api/tracking/T%201%2F%C5%82?limit=2`);
      const [, next] = /^<(.*)>; rel="next"$/.exec(first.headers.get('link')!)!;
      const second = await ask(url + next);
      expect(second.headers.get('link')).toBeNull();
      const ids = [first, second].flatMap(({ text }) =>
        (JSON.parse(text) as Timeline).events.map((one) => one.event_id),
      );
      expect(ids).toEqual(['e0', 'e2', 'e3']);
      expectProblem(await ask(`${url}/api/tracking/T?cursor=x`), 400);
    });

    it('knows neither parcels nor orders that nobody has named', async () => {
      expectProblem(await ask(`${url}/api/tracking/unknown`), 404);
      expectProblem(await ask(`${url}/api/tracking/${'x'.repeat(256)}`), 400);
      expectProblem(await ask(`${url}/api/orders/unknown/shipments`), 404);
      expectProblem(await ask(`${url}/api/orders/a%20b/shipments`), 400);
    });
  });
}

/** Items with these track numbers. */
function itemsOf(order: Record<string, unknown>, ...trackNumbers: string[]): object[] {
  const [item] = order['items'] as object[];
  return trackNumbers.map((track_number) => ({ ...item, track_number }));
}

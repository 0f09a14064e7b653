import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Waybill } from '../../src/waybill.js';
import { anOrder, ask, metric, post } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import type { JsonObject } from '../support/sample-order.js';
import { sendMessage } from '../support/outbox-messages.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { knownPieces, startContexts } from './start-contexts.js';
import { MAX_PIECES } from './weights/weights.module.js';

const WAIT = { timeoutMs: 30_000 };
/** What the orders of a well-behaved caller may take while another context is stuck. */
const ORDERS_MS = 1_000;
/** Orders are sent one after the other, so a stall delays one of them; a context that holds them up delays all. */
const MOST_STALLS = 2;

interface LetterRow {
  id: number;
  context: string;
  topic: string;
  reason: string;
  state: string;
  replays: number;
}

/**
 * Two contexts beside orders, one of which reads the very topic that orders reads: each with retries, dead letters and
 * metrics of its own, whatever becomes of the other.
 *
 * @param settings of a test, which choose the transport and names that no other test has
 */
export function contextsConformance(name: string, settings: () => ChosenSettings): void {
  describe(`several contexts, over ${name}`, () => {
    let database: WaybillDatabase;
    let waybill: Waybill;
    let url: string;
    let chosen: ChosenSettings;

    beforeEach(async () => {
      database = await openWaybillDatabase();
      chosen = settings();
      await start();
    });
    afterEach(async () => {
      await waybill.stop();
      await database.drop();
    });

    async function start(): Promise<void> {
      waybill = await startContexts(database, chosen);
      url = waybill.url;
    }

    const topicOf = (logical: 'orders'): string => ({ orders: chosen.KAFKA_TOPIC ?? 'orders' })[logical];

    /** As another program would send it. */
    const send = (topic: string, key: string, value: string): Promise<unknown> =>
      sendMessage(database, { topic, key, value });

    const piecesOf = (uid: string) =>
      database.rows<{ pieces: number }>('SELECT pieces FROM weights.items WHERE order_uid = $1', [uid]);
    const letters = () => database.rows<LetterRow>('SELECT * FROM dead_letters ORDER BY id');
    const orderWith = (pieces: number) => {
      const order = anOrder();
      const [item] = order['items'] as JsonObject[];
      return { ...order, items: Array.from({ length: pieces }, () => item!) };
    };
    const isStored = async (uid: string): Promise<void> =>
      expect((await ask(`${url}/api/orders/${uid}`)).status).toBe(200);

    it('each gets what it has subscribed to, the same events where that is so', async () => {
      const order = orderWith(2);
      await send(topicOf('orders'), order.order_uid, JSON.stringify(order));
      const scan = { scan_id: 's1', track_number: 'T1', place: 'Łódź', scanned_at: '2026-01-02T03:04:05Z' };
      await send('parcel-scans', 'T1', JSON.stringify(scan));
      await eventually(() => isStored(order.order_uid), WAIT);
      await eventually(async () => expect(await piecesOf(order.order_uid)).toEqual([{ pieces: 2 }]), WAIT);
      await eventually(async () => {
        const { status, text } = await ask(`${url}/api/parcels/T1`);
        expect(status).toBe(200);
        expect(JSON.parse(text)).toEqual([
          { scan_id: 's1', place: 'Łódź', scanned_at: '2026-01-02T03:04:05Z' },
        ]);
      }, WAIT);
      for (const context of ['orders', 'weights']) {
        const labels = [`context="${context}"`, `topic="${topicOf('orders')}"`];
        const batches = () => metric(url, 'waybill_consumer_batch_size_count', ...labels);
        await eventually(async () => expect(await batches()).toBe(1), WAIT);
      }
      expect(await letters()).toEqual([]);
    });

    it('have their operations described beside those of orders', async () => {
      const { text } = await ask(`${url}/swagger/json`);
      const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, object>> };
      expect(paths['/api/parcels/{track_number}']!['get']).toMatchObject({
        operationId: 'getParcel',
        tags: ['parcels'],
        responses: { '4XX': expect.anything() as object },
      });
      expect(paths['/api/orders']!['get']).toMatchObject({ operationId: 'listOrders' });
    });

    it('each refuses for itself, and a replay reaches only the one that has refused', async () => {
      const large = orderWith(MAX_PIECES + 1);
      await send(topicOf('orders'), large.order_uid, JSON.stringify(large));
      await send(topicOf('orders'), 'bad', 'no order at all');
      await eventually(async () => expect(await letters()).toHaveLength(3), WAIT);
      await eventually(() => isStored(large.order_uid), WAIT);
      const all = await letters();
      expect(all.map(({ context, reason }) => [context, reason]).sort()).toEqual([
        ['orders', expect.stringContaining('must be JSON')],
        ['weights', 'items must be 3 at most'],
        ['weights', 'must be an order'],
      ]);
      const ofWeights = all.find(({ reason }) => reason === 'must be an order')!;
      const replayed = await ask(`${url}/api/dead-letters/${ofWeights.id}/replay`, { method: 'POST' });
      expect(replayed.status).toBe(202);
      await eventually(async () => {
        const [again] = (await letters()).filter(({ id }) => id === ofWeights.id);
        expect(again).toMatchObject({ state: 'waiting', replays: 1, attempts: 2 });
      }, WAIT);
      const ofOrders = (await letters()).find(({ context }) => context === 'orders')!;
      expect(ofOrders).toMatchObject({ replays: 0, attempts: 1 });
      expect(await letters()).toHaveLength(3);
      const listed = await ask(`${url}/api/dead-letters?context=orders`);
      expect(JSON.parse(listed.text)).toMatchObject([{ id: ofOrders.id, context: 'orders' }]);
    });

    it('one whose table is gone waits, and orders neither wait nor are unready; it has all of its own later', async () => {
      await database.rows('ALTER TABLE weights.items RENAME TO away');
      const uids: string[] = [];
      const delays: number[] = [];
      for (let n = 0; n < 40; n++) {
        const order = orderWith(1);
        uids.push(order.order_uid);
        const startedAt = performance.now();
        await send(topicOf('orders'), order.order_uid, JSON.stringify(order));
        await database.rows(`SELECT pg_notify('waybill_outbox', '')`);
        await eventually(() => isStored(order.order_uid), WAIT);
        delays.push(performance.now() - startedAt);
      }
      // All but the first, which is what it is found out by, and those that a stall of the machine may hit.
      const later = delays.slice(1).sort((a, b) => a - b);
      expect(later.at(-1 - MOST_STALLS)).toBeLessThan(ORDERS_MS);
      const ofWeights = ['context="weights"', 'reason="42P01"'];
      const failing = () => metric(url, 'waybill_consumer_failing_seconds', ...ofWeights);
      await eventually(async () => expect(await failing()).toBeGreaterThan(0), WAIT);
      expect(await metric(url, 'waybill_consumer_failing_seconds', 'context="orders"')).toBe(0);
      expect((await ask(`${url}/health/ready`)).status).toBe(200);
      await database.rows('ALTER TABLE weights.away RENAME TO items');
      await eventually(async () => {
        const [{ count }] = (await database.rows<{ count: number }>(
          'SELECT count(*)::int AS count FROM weights.items WHERE order_uid = ANY ($1)',
          [uids],
        )) as [{ count: number }];
        expect(count).toBe(uids.length);
      }, WAIT);
      expect(await letters()).toEqual([]);
    });

    it('one that can never store goes on with dead letters of its own', async () => {
      await database.rows(`ALTER TABLE weights.items ADD CONSTRAINT never CHECK (pieces < 0)`);
      const all = Array.from({ length: 5 }, () => orderWith(1));
      for (const order of all) await send(topicOf('orders'), order.order_uid, JSON.stringify(order));
      for (const order of all) await eventually(() => isStored(order.order_uid), WAIT);
      await eventually(async () => expect(await letters()).toHaveLength(all.length), WAIT);
      for (const letter of await letters()) expect(letter.context).toBe('weights');
      expect((await ask(`${url}/health/ready`)).status).toBe(200);
    });

    it('what one has not done yet outlasts the program', async () => {
      await database.rows('ALTER TABLE weights.items RENAME TO away');
      const order = orderWith(1);
      expect((await post(url, order)).status).toBe(201);
      const other = orderWith(3);
      await send(topicOf('orders'), other.order_uid, JSON.stringify(other));
      await eventually(() => isStored(other.order_uid), WAIT);
      await waybill.stop();
      await database.rows('ALTER TABLE weights.away RENAME TO items');
      await start();
      await eventually(async () => expect(await piecesOf(other.order_uid)).toEqual([{ pieces: 3 }]), WAIT);
    });

    it('one that reads its topic from the beginning knows when it has', async () => {
      const order = orderWith(2);
      await send(topicOf('orders'), order.order_uid, JSON.stringify(order));
      await eventually(async () => expect(await piecesOf(order.order_uid)).toHaveLength(1), WAIT);
      await eventually(() => expect(knownPieces(waybill).ofOrder.get(order.order_uid)).toBe(2), WAIT);
      await waybill.stop();
      await start();
      await eventually(() => expect(knownPieces(waybill).isWhole).toBe(true), WAIT);
      // The loopback keeps no topic.
      if (chosen.KAFKA_BROKERS !== undefined)
        expect(knownPieces(waybill).ofOrder.get(order.order_uid)).toBe(2);
    });
  });
}

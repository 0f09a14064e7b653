import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inventory } from '../../src/inventory/inventory.module.js';
import { OrderLife } from '../../src/inventory/service/inventory.fixture.js';
import type { OrderEvent } from '../../src/inventory/model/order-event.js';
import type { StockStatusEvent } from '../../src/inventory/producer/stock-status.js';
import type { Waybill } from '../../src/waybill.js';
import { type Answer, ask, expectProblem, pathsOf } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const WAIT = { timeoutMs: 30_000 };
const HEADER = 'chrt_id,nm_id,on_hand\n';

/**
 * Stock, from the topic of orders and over HTTP.
 *
 * @param settings of a test, which choose the transport and names that no other test has
 */
export function inventoryConformance(name: string, settings: () => ChosenSettings): void {
  describe(`stock, over ${name}`, () => {
    let database: WaybillDatabase;
    let waybill: Waybill;
    let chosen: ChosenSettings;
    let serial = 0;

    beforeEach(async () => {
      database = await openWaybillDatabase();
      chosen = settings();
      waybill = await startContexts(database, chosen, [inventory]);
    });
    afterEach(async () => {
      await waybill.stop();
      await database.drop();
    });

    const restartWith = async (more: ChosenSettings): Promise<void> => {
      await waybill.stop();
      waybill = await startContexts(database, { ...chosen, ...more }, [inventory]);
    };
    const anOrder = (): OrderLife => new OrderLife(`stock-${++serial}`);
    /** As orders would tell it. */
    const tell = (event: OrderEvent | object, key = 'key'): Promise<unknown> =>
      database.rows(
        `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
         VALUES ('order', $2, 'test', $1, '{}', convert_to($3, 'UTF8'))`,
        [
          chosen.KAFKA_STATUS_TOPIC ?? 'order-status',
          'order_uid' in event ? event.order_uid : key,
          JSON.stringify(event),
        ],
      );
    const at = (path: string, init?: RequestInit): Promise<Answer> =>
      ask(`${waybill.url}/api/inventory${path}`, init);
    const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
      at(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const count = (chrtId: number, on_hand: number, headers = {}) =>
      send('PUT', `/${chrtId}`, { nm_id: 77, on_hand }, headers);
    const adjust = (chrtId: number, delta: number, headers = {}) =>
      send('POST', `/${chrtId}/adjustments`, { delta, reason: 'found' }, headers);
    const importFile = (body: string | ReadableStream<Uint8Array>) =>
      at('/import', {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body,
        duplex: 'half',
      });
    const jsonOf = <T>({ text }: Answer): T => JSON.parse(text) as T;
    const level = async (chrtId: number) =>
      jsonOf<{ on_hand: number; reserved: number; available: number }>(await at(`/${chrtId}`));
    const letters = () =>
      database.rows<{ context: string; reason: string }>('SELECT context, reason FROM dead_letters');
    const outcomeOf = async (orderUid: string): Promise<string | undefined> =>
      (
        await database.rows<{ outcome: string }>(
          'SELECT outcome FROM inventory.known_orders WHERE order_uid = $1',
          [orderUid],
        )
      )[0]?.outcome;
    const becomes = (order: OrderLife, outcome: string) =>
      eventually(async () => expect(await outcomeOf(order.orderUid)).toBe(outcome), WAIT);

    it('follows an order from its coming in to its return', async () => {
      await count(7, 5);
      const order = anOrder();
      await tell(order.wants(7, 7, 8));
      await becomes(order, 'reserved');
      expect(await level(7)).toMatchObject({ on_hand: 5, reserved: 2, available: 3 });
      await tell(order.becomes('shipped'));
      await becomes(order, 'taken');
      expect(await level(7)).toMatchObject({ on_hand: 3, reserved: 0 });
      await tell(order.becomes('returned'));
      await becomes(order, 'returned');
      expect(await level(7)).toMatchObject({ on_hand: 5, reserved: 0 });
      const journal = jsonOf<{ kind: string; cause: string | null }[]>(await at('/7/movements'));
      expect(journal.map(({ kind, cause }) => [kind, cause])).toEqual([
        ['returned', `${order.orderUid}:3`],
        ['taken', `${order.orderUid}:2`],
        ['reserved', `${order.orderUid}:1`],
        ['registered', null],
      ]);
    });

    it('keeps what is no status event among its dead letters, and passes over what knows no contents', async () => {
      const order = anOrder();
      await tell({ ...order.wants(7), status: 'lost' });
      await tell({ ...order.wants(7), items: [] });
      await tell({ order_uid: order.orderUid, status: 'updated', version: 4 });
      await tell(order.wants(7));
      await becomes(order, 'reserved');
      await eventually(async () => expect(await letters()).toHaveLength(2), WAIT);
      expect(await letters()).toEqual([
        {
          context: 'inventory',
          reason: expect.stringMatching(/^status must be one of received, /) as unknown,
        },
        { context: 'inventory', reason: 'items must be a list of 1 to 1000 objects, not a list of 0' },
      ]);
    });

    it('asks an order whose reservation grows old, which alone releases it, and again once its payment has failed', async () => {
      await count(7, 5);
      const [order, packed] = [anOrder(), anOrder()];
      await tell(packed.wants(7));
      await tell(packed.becomes('confirmed'));
      await tell(packed.becomes('packed'));
      await eventually(async () => {
        const known = 'SELECT version::int FROM inventory.known_orders WHERE order_uid = $1';
        expect(await database.rows(known, [packed.orderUid])).toEqual([{ version: 3 }]);
      }, WAIT);
      // Not before: it would grow old where its events come more than a second apart.
      await restartWith({ INVENTORY_RESERVATION_TTL_SECONDS: 1 });
      await tell(order.wants(7));
      await becomes(order, 'expiring');
      expect(await level(7)).toMatchObject({ reserved: 2 });
      await tell(order.paymentBecomes('unpaid'));
      const number = async (): Promise<number> =>
        (
          await database.rows<{ number: number }>(
            'SELECT number FROM inventory.known_orders WHERE order_uid = $1',
            [order.orderUid],
          )
        )[0]!.number;
      await eventually(async () => expect(await number()).toBe(3), WAIT);
      expect(await outcomeOf(order.orderUid)).toBe('expiring');
      await tell(order.becomes('cancelled'));
      await becomes(order, 'released');
      expect(await level(7)).toMatchObject({ reserved: 1 });
      expect(await outcomeOf(packed.orderUid)).toBe('reserved');
    });

    it('announces what differs, by a CloudEvent on a topic of its own', async () => {
      await count(7, 1);
      const order = anOrder();
      await database.rows(`
        CREATE TABLE sent AS SELECT * FROM outbox LIMIT 0;
        CREATE FUNCTION note_sent() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO sent SELECT NEW.*; RETURN NEW; END';
        CREATE TRIGGER note_sent AFTER INSERT ON outbox FOR EACH ROW WHEN (NEW.topic = '${chosen.STOCK_STATUS_TOPIC ?? 'stock-status'}')
          EXECUTE FUNCTION note_sent()`);
      await tell(order.wants(7));
      await tell(order.paymentBecomes('paid'));
      await tell(order.becomes('shipped'));
      await becomes(order, 'taken');
      const sent = await database.rows<{ key: string; headers: Record<string, string>; value: string }>(
        `SELECT aggregateid AS key, headers, convert_from(payload, 'UTF8') AS value FROM sent ORDER BY id`,
      );
      expect(sent.map(({ headers }) => headers)).toMatchObject([
        { ce_id: `inventory:${order.orderUid}:1`, ce_type: 'waybill.stock.status', ce_specversion: '1.0' },
        { ce_id: `inventory:${order.orderUid}:2` },
      ]);
      expect(sent.map(({ value }) => (JSON.parse(value) as StockStatusEvent).outcome)).toEqual([
        'reserved',
        'taken',
      ]);
      expect(sent.every(({ key }) => key === order.orderUid)).toBe(true);
    });

    it('is counted under conditions, and never below what is reserved', async () => {
      const first = await count(7, 5);
      expect([first.status, first.headers.get('location')]).toEqual([201, '/api/inventory/7']);
      expect(jsonOf(first)).toEqual({ chrt_id: 7, nm_id: 77, on_hand: 5, reserved: 0, available: 5 });
      const etag = first.headers.get('etag')!;
      expect((await at('/7', { headers: { 'if-none-match': etag } })).status).toBe(304);
      const order = anOrder();
      await tell(order.wants(7, 7));
      await becomes(order, 'reserved');
      expect((await at('/7', { headers: { 'if-none-match': etag } })).status).toBe(200);
      const late = await count(7, 9, { 'if-match': etag });
      expectProblem(late, 412);
      expectProblem(await count(7, 1), 409);
      const now = late.headers.get('etag')!;
      expect((await count(7, 2, { 'if-match': now })).status).toBe(200);
      expect(await level(7)).toMatchObject({ on_hand: 2, reserved: 2, available: 0 });
      expectProblem(await count(8, 1, { 'if-match': '*' }), 412);
      expectProblem(await at('/8'), 404);
      expectProblem(await at('/8/movements'), 404);
      expect(
        pathsOf(expectProblem(await send('PUT', '/8', { nm_id: -1, on_hand: 1.5, price: 1 }), 400)),
      ).toEqual(['nm_id', 'on_hand', 'price']);
      expect(pathsOf(expectProblem(await count(NaN, 1), 400))).toEqual(['chrt_id']);
    });

    it('is adjusted once a key, by what its caller says of it', async () => {
      await count(7, 5);
      const key = { 'idempotency-key': '"delivery-1"' };
      const first = await adjust(7, 3, key);
      expect([first.status, jsonOf<{ on_hand: number }>(first).on_hand]).toEqual([200, 8]);
      const again = await adjust(7, 3, key);
      expect([again.status, again.text]).toEqual([200, first.text]);
      expectProblem(await adjust(7, 4, key), 422);
      expectProblem(await adjust(7, -9), 409);
      expectProblem(await adjust(8, 1), 404);
      expect(pathsOf(expectProblem(await send('POST', '/7/adjustments', { delta: 0, by: '' }), 400))).toEqual(
        ['delta', 'reason', 'by'],
      );
      expect(await level(7)).toMatchObject({ on_hand: 8 });
      const journal = jsonOf<{ kind: string; on_hand_delta: number; reason: string | null }[]>(
        await at('/7/movements?limit=1'),
      );
      expect(journal).toMatchObject([{ kind: 'adjusted', on_hand_delta: 3, reason: 'found', by: null }]);
    });

    it('is counted and adjusted by somebody, whose name stands in the journal', async () => {
      await send('PUT', '/7', { nm_id: 77, on_hand: 5, by: 'Mia' });
      await adjust(7, 1);
      await send('PUT', '/7', { nm_id: 77, on_hand: 7, by: 'Ann' });
      await send('POST', '/7/adjustments', { delta: -1, reason: 'broken', by: 'ŁŃ \u{1F600}' });
      const journal = jsonOf<{ kind: string; by: string | null }[]>(await at('/7/movements'));
      expect(journal.map(({ kind, by }) => [kind, by])).toEqual([
        ['adjusted', 'ŁŃ \u{1F600}'],
        ['set', 'Ann'],
        ['adjusted', null],
        ['registered', 'Mia'],
      ]);
    });

    it('is adjusted by many at once without losing any', async () => {
      await count(7, 0);
      const answers = await Promise.all(Array.from({ length: 100 }, () => adjust(7, 1)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await level(7)).toMatchObject({ on_hand: 100 });
    });

    it('is listed by chrt_id, by product, and where it runs low', async () => {
      for (const chrtId of [3, 1, 2]) await count(chrtId, chrtId * 10);
      await send('PUT', '/4', { nm_id: 78, on_hand: 1 });
      const idsOf = (answer: Answer) => jsonOf<{ chrt_id: number }[]>(answer).map(({ chrt_id }) => chrt_id);
      const first = await at('?limit=3');
      expect(idsOf(first)).toEqual([1, 2, 3]);
      const next = /<\/api\/inventory([^>]+)>/.exec(first.headers.get('link')!)![1]!;
      expect(idsOf(await at(next))).toEqual([4]);
      expect(idsOf(await at('?nm_id=77&below=21'))).toEqual([1, 2]);
      const least = await at('?order=available&limit=2');
      expect(idsOf(least)).toEqual([4, 1]);
      const more = /<\/api\/inventory([^>]+)>/.exec(least.headers.get('link')!)![1]!;
      expect(idsOf(await at(more))).toEqual([2, 3]);
      // A cursor is of one order.
      expect(pathsOf(expectProblem(await at(more.replace('order=available', 'order=chrt_id')), 400))).toEqual(
        ['cursor'],
      );
      expect(pathsOf(expectProblem(await at('?order=price'), 400))).toEqual(['order']);
      expect(pathsOf(expectProblem(await at('?below=0&nm_id=x&colour=red'), 400))).toEqual([
        'nm_id',
        'below',
        'colour',
      ]);
    });

    it('comes out of a file, whole or not at all', async () => {
      await count(1, 5);
      await count(2, 5);
      const order = anOrder();
      await tell(order.wants(1, 1));
      await becomes(order, 'reserved');
      const invalid = expectProblem(await importFile(`${HEADER}3,77,9\n2,77,x\n3,77,1\n`), 400);
      expect(invalid.errors!.map(({ path }) => path)).toEqual(['line 3', 'line 4']);
      const below = expectProblem(await importFile(`${HEADER}3,77,9\n1,77,1\n`), 409);
      expect(below.errors).toEqual([
        { path: 'line 3', detail: 'more than 1 pieces of chrt_id 1 are reserved' },
      ]);
      expectProblem(await at('/3'), 404);
      expectProblem(await send('POST', '/import', {}), 415);
      const done = await importFile(`${HEADER}3,77,9\n1,77,2\n2,77,5\n`);
      expect([done.status, jsonOf(done)]).toEqual([
        200,
        { rows: 3, registered: 1, changed: 1, unchanged: 1, refused: [] },
      ]);
      expect(await level(1)).toMatchObject({ on_hand: 2, reserved: 2 });
      expect(await level(3)).toMatchObject({ on_hand: 9 });
    });

    it('comes out of one file at a time, of which one that breaks off changes nothing', async () => {
      let first!: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (first = controller) });
      const broken = importFile(stream).catch((error: unknown) => error);
      first.enqueue(Buffer.from(`${HEADER}1,77,1\n`));
      await eventually(async () => {
        const refused = await importFile(`${HEADER}x\n`);
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
      }, WAIT);
      first.error(new Error('the sender is gone'));
      expect(await broken).toBeInstanceOf(Error);
      await eventually(async () => expect((await importFile(`${HEADER}2,77,1\n`)).status).toBe(200), WAIT);
      expectProblem(await at('/1'), 404);
    });
  });
}

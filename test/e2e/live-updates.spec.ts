import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, metric, store } from './api.js';
import { watch } from './event-stream.js';

describe('GET /api/events', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  it('tells of an order that was stored, and of its update, in this order', async () => {
    const stream = await watch(waybill.url);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.headers.get('cache-control')).toBe('no-store');
    const order = anOrder();
    await store(waybill.url, order);
    await store(waybill.url, { ...order, locale: 'pl' });

    const first = await stream.eventWith(`${order.order_uid}:1`);
    const second = await stream.eventWith(`${order.order_uid}:2`);
    expect(first).toMatchObject({
      event: 'order-status',
      data: { order_uid: order.order_uid, status: 'received', version: 1 },
    });
    expect(second).toMatchObject({
      event: 'order-status',
      data: { change: 'content', status: 'received', version: 2 },
    });
    expect(stream.events.indexOf(first)).toBeLessThan(stream.events.indexOf(second));
    stream.hangUp();
  });

  it('says nothing of an order that came again unchanged', async () => {
    const stream = await watch(waybill.url);
    const order = anOrder();
    await store(waybill.url, order);
    await store(waybill.url, order);
    const next = anOrder();
    await store(waybill.url, next);
    await stream.eventWith(`${next.order_uid}:1`);
    expect(stream.events.filter(({ data }) => data.order_uid === order.order_uid)).toHaveLength(1);
    stream.hangUp();
  });

  it('reaches every client, and forgets one that hangs up', async () => {
    const clients = () => metric(waybill.url, 'waybill_sse_clients');
    await expect.poll(clients).toBe(0);
    const streams = await Promise.all([watch(waybill.url), watch(waybill.url), watch(waybill.url)]);
    await expect.poll(clients).toBe(3);
    streams[0].hangUp();
    await expect.poll(clients).toBe(2);
    const order = anOrder();
    await store(waybill.url, order);
    await Promise.all(streams.slice(1).map((stream) => stream.eventWith(`${order.order_uid}:1`)));
    for (const stream of streams.slice(1)) stream.hangUp();
    await expect.poll(clients).toBe(0);
  });

  it('answers HEAD without keeping the connection', async () => {
    const answer = await ask(`${waybill.url}/api/events`, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  });

  it('ends when the program stops, and does not delay it', async () => {
    const stopping = await startWaybill();
    const streams = await Promise.all([watch(stopping.url), watch(stopping.url)]);
    const before = Date.now();
    expect(await stopping.stop()).toBe(0);
    expect(Date.now() - before).toBeLessThan(5_000);
    await Promise.all(streams.map((stream) => stream.ended));
  });
});

import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemoryWatch } from '../faults/resident-memory.js';
import { eventually } from '../support/eventually.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { type Answer, anOrder, ask, metric, store } from './api.js';

const MIB = 1_048_576;
const LARGE_ORDERS = 40;
/** What the program may take, with a cache that the large orders do not fill. */
const MOST_BYTES = 700 * MIB;

describe('large answers that nobody reads', () => {
  let waybill: WaybillProcess;
  let memory: MemoryWatch;
  const orderUids: string[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    waybill = await startWaybill();
    memory = new MemoryWatch(waybill.pid);
    for (let n = 0; n < LARGE_ORDERS; n++) {
      const order = anOrder({ internal_signature: 'x'.repeat(MIB - 2_000) });
      await store(waybill.url, order);
      orderUids.push(order.order_uid);
    }
  }, 120_000);
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => waybill.stop());

  /** Asks and never reads. @returns whether the connection is closed by now */
  function askUnread(path: string, times = 1): () => boolean {
    let closed = false;
    const socket = connect(Number(new URL(waybill.url).port), '127.0.0.1', () => {
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
    });
    // A socket that is not read learns of its end by what it writes.
    const probe = setInterval(() => socket.write('\r\n'), 500).unref();
    socket.on('error', () => (closed = true));
    socket.on('close', () => {
      closed = true;
      clearInterval(probe);
    });
    sockets.push(socket);
    return () => closed;
  }

  async function othersAreServed(): Promise<void> {
    expect((await ask(`${waybill.url}/api/orders/${orderUids[0]}`)).status).toBe(200);
    expect((await ask(`${waybill.url}/api/orders?limit=1`)).status).toBe(200);
    await store(waybill.url, anOrder());
  }

  it('a list of 500 is pages of a few MiB, which the Link leads through', async () => {
    const listed: string[] = [];
    let next: string | undefined = '/api/orders?limit=500';
    while (next !== undefined) {
      const answer = await ask(waybill.url + next);
      expect(answer.text.length).toBeLessThan(6 * MIB);
      const page = JSON.parse(answer.text) as { order_uid: string }[];
      expect(page.length).toBeGreaterThan(0);
      listed.push(...page.map((order) => order.order_uid));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(listed).toEqual(orderUids.toReversed());
  });

  it('nine lists, two exports, and orders asked for in one go, are held within bounds, cut, and forgotten', async () => {
    const exportOf = (customer: string): Promise<Answer> =>
      ask(`${waybill.url}/api/exports/orders?customer_id=${customer}`);
    const isClosed: (() => boolean)[] = [];
    await memory.during('unread', async () => {
      for (let n = 0; n < 9; n++) isClosed.push(askUnread('/api/orders?limit=500', 3));
      for (const orderUid of orderUids.slice(0, 20)) isClosed.push(askUnread(`/api/orders/${orderUid}`, 50));
      for (let n = 0; n < 2; n++) isClosed.push(askUnread('/api/exports/orders?format=jsonl'));
      await expect.poll(() => metric(waybill.url, 'waybill_http_large_answer_bytes')).toBeGreaterThan(MIB);
      await expect.poll(async () => (await exportOf('nobody')).status).toBe(503);
      await othersAreServed();
      await eventually(
        () => {
          if (!isClosed.every((closed) => closed())) throw new Error('some are still open');
        },
        { timeoutMs: 40_000 },
      );
      await othersAreServed();
    });
    expect(memory.peakBytes()).toBeLessThan(MOST_BYTES);
    await expect.poll(() => metric(waybill.url, 'waybill_http_unread_cut_total')).toBe(31);
    await expect.poll(() => metric(waybill.url, 'waybill_http_large_answer_bytes')).toBe(0);
    await expect.poll(async () => (await exportOf('nobody')).status).toBe(200);
  }, 120_000);
});

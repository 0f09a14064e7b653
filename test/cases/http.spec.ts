import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ask, post } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { type JsonObject, sampleOrder } from '../support/sample-order.js';
import { startNginx } from '../support/nginx-proxy.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { publicCase } from './public-case.js';

/** Before the comment that keeps a stream alive, which would push through what a proxy holds back. */
const WITHIN = { timeoutMs: 10_000 };
const MB = 1_000_000;

describe('public cases over HTTP', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill({ env: SHOP });
  });
  afterAll(() => waybill.stop());

  function orderOf(uid: string): JsonObject {
    const order = sampleOrder();
    return { ...order, order_uid: uid, payment: { ...(order.payment as JsonObject), transaction: uid } };
  }

  /** A connection to the program, and what has come on it. */
  async function open(): Promise<{ socket: Socket; received(): string }> {
    const socket = connect(Number(new URL(waybill.url).port), '127.0.0.1').setEncoding('utf8');
    let text = '';
    socket.on('data', (piece: string) => (text += piece)).on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, received: () => text };
  }

  /** Watches through a proxy as a browser does, which takes gzip. */
  async function watchWithGzip(
    url: string,
  ): Promise<{ received(): string; encoding: string | undefined; end(): void }> {
    const sent = request(`${url}/api/events`, { headers: { 'accept-encoding': 'gzip' } }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const encoding = answer.headers['content-encoding'];
    let text = '';
    const decoded = encoding === 'gzip' ? answer.pipe(createGunzip()) : answer;
    decoded.on('error', () => undefined).on('data', (piece: Buffer) => (text += piece.toString()));
    answer.on('error', () => undefined);
    return { received: () => text, encoding, end: () => sent.destroy() };
  }

  publicCase('P61', async () => {
    const { socket, received } = await open();
    socket.write('GET /api/events HTTP/1.0\r\n\r\n');
    await eventually(() => expect(received()).toContain('text/event-stream'));
    const nginx = await startNginx(waybill.url, 'gzip on; gzip_types text/event-stream;');
    try {
      const throughNginx = await watchWithGzip(nginx.url);
      expect(throughNginx.encoding).toBe('gzip');
      for (const uid of ['p61-1', 'p61-2']) {
        expect((await post(waybill.url, orderOf(uid))).status).toBe(201);
        await eventually(() => {
          expect(received()).toContain(`data: {"order_uid":"${uid}"`);
          expect(throughNginx.received()).toContain(`data: {"order_uid":"${uid}"`);
        }, WITHIN);
      }
      throughNginx.end();
    } finally {
      await nginx.stop();
    }
    expect(received()).not.toMatch(/transfer-encoding/i);
    socket.destroy();
  });

  publicCase('P65', async () => {
    const order = JSON.stringify(orderOf('x1'));
    const head = (fields: string): string =>
      `POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${fields}\r\n\r\n`;
    const get = 'GET /api/orders/x1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const statuses = (text: string): number[] =>
      [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

    const pipelined = await open();
    pipelined.socket.write(get + head(`Content-Length: ${order.length}`) + order + get);
    await eventually(() => expect(statuses(pipelined.received())).toEqual([404, 201, 200]));

    const padded = JSON.stringify(orderOf('p65-large')) + ' '.repeat(0.9 * MB);
    const large = await open();
    large.socket.write(head(`Content-Length: ${padded.length}\r\nExpect: 100-continue`));
    await eventually(() => expect(statuses(large.received())).toEqual([100]));
    large.socket.write(padded);
    await eventually(() => expect(statuses(large.received())).toEqual([100, 201]));

    const tooLarge = await open();
    tooLarge.socket.write(head(`Content-Length: ${2 * MB}\r\nExpect: 100-continue`));
    await eventually(() => expect(statuses(tooLarge.received()).at(-1)).toBe(413));

    const chunk = 'x'.repeat(65_536);
    const chunked = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < 2 * MB; sent += chunk.length) controller.enqueue(Buffer.from(chunk));
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(`${waybill.url}/api/orders`, {
      method: 'POST',
      body: chunked,
      headers,
      duplex: 'half',
    });
    expect(answer.status).toBe(413);

    expect((await ask(`${waybill.url}/api/orders/%781`)).status).toBe(200);
    for (const { socket } of [pipelined, large, tooLarge]) socket.destroy();
  });
});

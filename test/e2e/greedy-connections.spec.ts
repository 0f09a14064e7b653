import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, metric, post } from './api.js';

/** What one connection asks for must not be to the cost of all others. */
describe('a connection that asks for more than its share', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  /** A connection on which something was sent, and what has come back. */
  async function send(text: string): Promise<{ socket: Socket; received(): string }> {
    const socket = connect(Number(new URL(waybill.url).port), '127.0.0.1').setEncoding('latin1');
    let received = '';
    socket.on('data', (piece: string) => (received += piece)).on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return { socket, received: () => received };
  }

  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const chunked = (method: string, path: string): string =>
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;

  it.each([
    ['POST', '/api/orders'],
    ['PUT', '/api/orders/x'],
    ['POST', '/api/orders/test'],
    ['DELETE', '/nowhere'],
    ['HEAD', '/health'],
  ])('keeps no room for bodies behind a stream, once it is closed: %s %s', async (method, path) => {
    const { socket, received } = await send(get('/api/events') + chunked(method, path).repeat(64));
    await eventually(() => expect(received()).toContain('text/event-stream'));
    socket.destroy();
    await eventually(async () => expect(await metric(waybill.url, 'waybill_sse_clients')).toBe(0));
    await eventually(async () => expect(await metric(waybill.url, 'waybill_http_body_bytes')).toBe(0));
    expect((await post(waybill.url, anOrder())).status).toBe(201);
  });

  it('cannot keep others from sending by announcing bodies that do not come', async () => {
    const announced = Array.from({ length: 100 }, () =>
      send(
        `POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{`,
      ),
    );
    const sockets = await Promise.all(announced);
    await eventually(async () => expect(await metric(waybill.url, 'waybill_http_body_bytes')).toBe(100));
    expect((await post(waybill.url, anOrder())).status).toBe(201);
    for (const { socket } of sockets) socket.destroy();
    await eventually(async () => expect(await metric(waybill.url, 'waybill_http_body_bytes')).toBe(0));
    expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200);
  });
});

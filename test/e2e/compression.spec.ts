import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, store } from './api.js';

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const DECODERS = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
} satisfies Record<string, (bytes: Buffer) => Buffer>;

describe('compressed answers', () => {
  let waybill: WaybillProcess;
  let orderUid: string;
  beforeAll(async () => {
    waybill = await startWaybill();
    for (let n = 0; n < 20; n++) {
      const order = anOrder({ customer_id: 'zipped' });
      orderUid = order.order_uid;
      await store(waybill.url, order);
    }
    const small = anOrder({ customer_id: 'small' });
    await store(waybill.url, small);
  });
  afterAll(() => waybill.stop());

  /** `fetch` would decompress by itself. */
  function read(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(waybill.url + path, { method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  const LIST = '/api/orders?customer_id=zipped';
  const TEXTS = [
    LIST,
    `${LIST}&view=summary`,
    '/assets/router.js',
    '/assets/vendor/uplot/uPlot.esm.js',
    '/swagger/json',
    '/metrics',
  ];

  it.each(TEXTS.flatMap((path) => [[path, 'br'] as const, [path, 'gzip'] as const]))(
    '%s comes as %s to those who take it',
    async (path, encoding) => {
      const plain = await read(path);
      const zipped = await read(path, { 'accept-encoding': encoding });
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(zipped.headers['content-encoding']).toBe(encoding);
      expect(zipped.headers.vary).toBe('accept-encoding');
      expect(plain.headers.vary).toBe('accept-encoding');
      expect(zipped.headers['content-type']).toBe(plain.headers['content-type']);
      expect(zipped.body.length).toBeLessThan(plain.body.length / 2);
      const unzipped = DECODERS[encoding](zipped.body);
      // Metrics move on between two scrapes.
      if (path === '/metrics') expect(unzipped.toString()).toContain('waybill_ready');
      else expect(unzipped.equals(plain.body)).toBe(true);
    },
  );

  it.each([
    ['gzip;q=0.5, br;q=1', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['zstd', undefined],
  ])('by the preference %s it is %s', async (preference, encoding) => {
    const answer = await read(LIST, { 'accept-encoding': preference });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBe(encoding);
  });

  it('leaves an order, a short list, an export, and the stream of events as they are', async () => {
    const headers = { 'accept-encoding': 'br, gzip' };
    for (const path of [`/api/orders/${orderUid}`, '/api/orders?customer_id=small&view=summary']) {
      const answer = await read(path, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-encoding'], path).toBeUndefined();
      expect(answer.body.length).toBe(Number(answer.headers['content-length']));
    }
    const exported = await read('/api/exports/orders?customer_id=zipped', headers);
    expect(exported.headers['content-encoding']).toBeUndefined();
    expect(exported.body.toString().split('\r\n')).toHaveLength(22);
    const events = await read('/api/events', headers, 'HEAD');
    expect(events.headers['content-encoding']).toBeUndefined();
  });

  it.each(['br', 'gzip', 'identity'])(
    'a file is confirmed by its ETag, and told by HEAD (%s)',
    async (encoding) => {
      const headers = { 'accept-encoding': encoding };
      const file = await read('/assets/router.js', headers);
      const etag = String(file.headers.etag);
      // A strong one would have to differ by encoding (RFC 9110, section 8.8.3.3).
      expect(etag).toMatch(/^W\//);
      const again = await read('/assets/router.js', { ...headers, 'if-none-match': etag });
      expect(again.status).toBe(304);
      expect(again.headers.vary).toBe('accept-encoding');
      expect(again.headers['content-encoding']).toBeUndefined();
      expect(again.body.length).toBe(0);
      const head = await read('/assets/router.js', headers, 'HEAD');
      expect(head.status).toBe(200);
      expect(head.headers.etag).toBe(etag);
      expect(head.headers['content-encoding']).toBe(file.headers['content-encoding']);
      expect(head.body.length).toBe(0);
    },
  );
});

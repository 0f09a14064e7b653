import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { removeDataDir } from '../support/left-behind.js';
import { runWaybill, SHOP, startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { anOrder, ask, post, store } from './api.js';
import { silentServer } from './silent-server.js';
import { SlowPost } from './slow-post.js';

/** sysexits.h */
const EX_UNAVAILABLE = 69;

async function dataDirOfThisTest(): Promise<string> {
  const dataDir = await temporaryDataDir();
  onTestFinished(() => removeDataDir(dataDir));
  return dataDir;
}

describe('a start', () => {
  it('says where the page, the API and the data are, and serves them there', async () => {
    const waybill = await startWaybill({ env: SHOP });
    const printed = waybill.output();
    expect(printed).toContain('Waybill is ready');
    expect(printed).toContain(`page  ${waybill.url}/`);
    expect(printed).toContain(`API   ${waybill.url}/swagger`);
    expect(printed).toContain(waybill.dataDir);
    expect((await ask(`${waybill.url}/`)).status).toBe(200);
    expect((await ask(`${waybill.url}/swagger`)).status).toBe(200);
    expect(await waybill.stop()).toBe(0);
  });

  it('fails with a line about the port when that is taken, and leaves no server running', async () => {
    const dataDir = await dataDirOfThisTest();
    const port = await silentServer();
    const { code, stderr } = await runWaybill({ dataDir, env: { SERVER_PORT: String(port) } });
    expect(code).toBe(EX_UNAVAILABLE);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(new RegExp(`port.*taken.*${port}`));
    const again = await startWaybill({ dataDir });
    expect(again.output()).not.toContain('left running');
    await again.stop();
  });

  it('fails with a line about DATA_DIR when another process uses it, which is not disturbed', async () => {
    const waybill = await startWaybill();
    const { code, stderr } = await runWaybill({ dataDir: waybill.dataDir });
    expect(code).toBe(EX_UNAVAILABLE);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`DATA_DIR ${waybill.dataDir} is in use`);
    expect(stderr).toContain(`pid ${waybill.pid}`);
    await store(waybill.url, anOrder());
    expect(await waybill.stop()).toBe(0);
  });

  it('is alive and not ready while it waits for the database', async () => {
    const port = await silentServer();
    const waybill = await startWaybill({
      ready: false,
      env: { DB_HOST: '127.0.0.1', DB_PORT: String(port), DB_PASSWORD: 'hunter2' },
    });
    const ready = await ask(`${waybill.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.text)).toMatchObject({ status: 'down', parts: { start: { up: false } } });
    expect((await ask(`${waybill.url}/health/live`)).status).toBe(200);
    expect(await waybill.stop()).toBe(0);
    expect(waybill.output()).not.toContain('hunter2');
  });

  it('has what was stored before, however often the program is killed', async () => {
    const dataDir = await dataDirOfThisTest();
    const orders = [];
    for (let round = 0; round < 3; round++) {
      const waybill = await startWaybill({ dataDir, env: SHOP });
      for (const order of orders) {
        expect((await ask(`${waybill.url}/api/orders/${order.order_uid}`)).status).toBe(200);
      }
      const order = anOrder();
      expect((await post(waybill.url, order)).status).toBe(201);
      orders.push(order);
      await waybill.kill();
    }
  });
});

describe('a log or a line that cannot be written, as on a full disk,', () => {
  it.each(['>/dev/full', '2>/dev/full'])('costs nothing else: %s', async (redirection) => {
    const node = join(await dataDirOfThisTest(), 'node');
    await writeFile(node, `#!/bin/sh\nexec '${process.execPath}' "$@" ${redirection}\n`, { mode: 0o755 });
    const waybill = await startWaybill({ node });
    await store(waybill.url, anOrder());
    expect(await waybill.stop()).toBe(0);
  });
});

describe('a stop', () => {
  it('answers the requests that are under way, keeps what they brought, and takes no new ones', async () => {
    const dataDir = await dataDirOfThisTest();
    const waybill = await startWaybill({ dataDir });
    const posts = await Promise.all(Array.from({ length: 5 }, () => SlowPost.begin(waybill.url, anOrder())));
    const stopped = waybill.stop();
    await eventually(async () => {
      const ready = await ask(`${waybill.url}/health/ready`).catch(() => undefined);
      expect(ready?.status ?? 'refused').not.toBe(200);
    });
    for (const post of posts) expect(await post.finish()).toMatch(/^HTTP\/1\.1 201 /m);
    expect(await stopped).toBe(0);

    const again = await startWaybill({ dataDir });
    for (const { order } of posts) {
      expect((await ask(`${again.url}/api/orders/${order.order_uid}`)).status).toBe(200);
    }
    await again.stop();
  });

  it('leaves a log of JSON lines that has none for a request that was answered, or refused', async () => {
    const waybill = await startWaybill();
    await store(waybill.url, anOrder());
    expect((await post(waybill.url, {})).status).toBe(400);
    expect((await ask(`${waybill.url}/nowhere`)).status).toBe(404);
    await waybill.stop();
    const lines = waybill
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['listening', 'the cache is warm', 'ready', 'stopping', 'stopped']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s ends with code 0 within ten seconds', async (signal) => {
    const waybill = await startWaybill();
    await ask(`${waybill.url}/api/orders`);
    const before = Date.now();
    expect(await waybill.stop(signal)).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
    await expect(ask(`${waybill.url}/health/live`)).rejects.toThrow();
  });

  it('is not held up by clients that keep a connection, open one for later, or never finish', async () => {
    const waybill = await startWaybill();
    const keptAlive = connect(Number(new URL(waybill.url).port), '127.0.0.1');
    const forLater = connect(Number(new URL(waybill.url).port), '127.0.0.1');
    for (const socket of [keptAlive, forLater]) socket.on('error', () => undefined);
    keptAlive.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((answered) => keptAlive.once('data', answered));
    await SlowPost.begin(waybill.url, anOrder());
    const before = Date.now();
    expect(await waybill.stop()).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('also works during the start', async () => {
    const port = await silentServer();
    const waybill = await startWaybill({
      ready: false,
      env: { DB_HOST: '127.0.0.1', DB_PORT: String(port) },
    });
    const before = Date.now();
    expect(await waybill.stop()).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});

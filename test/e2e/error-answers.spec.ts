import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, exchange, expectProblem, post, rawAnswer } from './api.js';
import { runInEmbedded } from '../support/embedded-database.js';

/** raise_exception, by the trigger below. */
expectDatabaseErrors('P0001');

describe('error answers', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  it.each(['/nope', '/api', '/api/orders/a/b', '/api/orders/', '/app.css', '/.env', '/..%2fpackage.json'])(
    'GET %s is 404',
    async (path) => {
      const problem = expectProblem(await ask(waybill.url + path), 404);
      expect(problem.instance).toBe(path);
    },
  );

  it.each([
    ['DELETE', '/api/orders/x', 'GET, HEAD, PUT'],
    ['PUT', '/api/orders', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/orders?limit=1', 'GET, HEAD, POST'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed: %s', async (method, path, allowed) => {
    const answer = await ask(waybill.url + path, { method });
    expectProblem(answer, 405);
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it.each(['/api/orders/%zz', '/api/orders/%', '/%c3%28', '/api/orders/%ff'])(
    'a path that cannot be decoded is 400: %s',
    async (path) => {
      expectProblem(await ask(waybill.url + path), 400);
    },
  );

  it.each([
    ['no HTTP at all', 400, 'HELLO\r\n\r\n'],
    [
      'a Content-Length that is no number',
      400,
      'POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: ten\r\n\r\n',
    ],
    [
      'two ways of saying where the body ends',
      400,
      'POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    [
      'a header without an end',
      431,
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    ],
  ])('malformed HTTP is answered on its socket, which is closed: %s', async (_name, status, request) => {
    const text = await exchange(waybill.url, request);
    const answer = rawAnswer(text);
    expect(answer.headers.get('connection')).toBe('close');
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(answer.text));
    expectProblem(answer, status);
  });

  it('go on being given after malformed HTTP', async () => {
    await exchange(waybill.url, '\0\0\0\r\n\r\n');
    expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200);
  });
});

describe('a failure that nobody has foreseen', () => {
  it('is answered 500 without a word of its inside, is in the log by its code, and ends with what caused it', async () => {
    const waybill = await startWaybill();
    await runInEmbedded(
      waybill.dataDir,
      `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the vault combination'; END $$`,
      'CREATE TRIGGER fail BEFORE INSERT ON orders EXECUTE FUNCTION fail()',
    );
    const order = anOrder();
    const answer = await post(waybill.url, order);
    const problem = expectProblem(answer, 500);
    expect(Object.keys(problem).sort()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
    expect(answer.text).not.toMatch(/vault|trigger|orders \(/i);
    await expect.poll(() => waybill.output()).toContain('"code":"P0001"');
    expect(waybill.output()).not.toContain('vault');

    await runInEmbedded(waybill.dataDir, 'DROP TRIGGER fail ON orders');
    expect((await post(waybill.url, order)).status).toBe(201);
    expect(await waybill.stop()).toBe(0);
  });
});

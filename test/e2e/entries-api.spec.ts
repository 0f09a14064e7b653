import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAnswer, type RawAnswer, rawAnswerOf } from '../entries/expected-answer.js';
import { type Names, requestOf, type Row, ROWS } from '../entries/request-table.js';
import { eventually } from '../support/eventually.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { ask, metric } from './api.js';

const ANSWER_TIMEOUT_MS = 10_000;
const CONTEXTS = { CONTEXTS: 'entries' };

/** Sends bytes over a bare socket, where no client makes another request of them. */
async function sent(url: string, bytes: Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('the connection stays open')));
  socket.write(bytes);
  return rawAnswerOf(await buffer(socket));
}

describe('the API of cache entries', () => {
  let waybill: WaybillProcess;
  const names: Names = new Map();

  beforeAll(async () => {
    waybill = await startWaybill({ env: CONTEXTS });
  });
  afterAll(() => waybill?.stop());

  async function expectRow(row: Row): Promise<void> {
    const { host } = new URL(waybill.url);
    expectAnswer(row, await sent(waybill.url, requestOf(row, host, names)), names);
    if (!row.request.startsWith('GET ') || row.request.includes('<next>')) return;
    // What says that it has a body is answered by the controller, though it could be out of memory.
    const longWay = { ...row, fields: [...(row.fields ?? []), 'Content-Length: 0'] };
    expectAnswer(longWay, await sent(waybill.url, requestOf(longWay, host, names)), names);
  }

  it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    if (row.eventually) await eventually(() => expectRow(row));
    else await expectRow(row);
  });

  it('counts what was asked by what it was, and errors by their codes', async () => {
    const name = 'waybill_entries_operation_seconds_count';
    for (const operation of ['get', 'set', 'delete', 'batch_get', 'batch_set', 'list']) {
      expect(await metric(waybill.url, name, `operation="${operation}"`)).toBeGreaterThan(0);
    }
    const errors = 'waybill_entries_errors_total';
    expect(await metric(waybill.url, errors, 'operation="set"', 'code="TOO_LARGE"')).toBeGreaterThan(0);
    expect(await metric(waybill.url, errors, 'operation="get"', 'code="NOT_FOUND"')).toBeGreaterThan(0);
    expect(await metric(waybill.url, errors, 'code="INTERNAL_ERROR"')).toBe(0);
  });
});

it('an address asks so often a minute, where that is limited', async () => {
  const waybill = await startWaybill({ env: { ...CONTEXTS, ENTRIES_RATE_LIMIT: '3' } });
  try {
    const answers = [];
    for (const path of ['/v1/cache/a', '/v1/cache/b', '/v1/cache', '/v1/cache/a', '/v1/cache/batch/get']) {
      answers.push(await ask(waybill.url + path, path.endsWith('get') ? { method: 'POST' } : {}));
    }
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 200, 429, 429]);
    const { headers, text } = answers[3]!;
    expect(JSON.parse(text)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual(['3', '0']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(headers.get('ratelimit-reset')).toBe(headers.get('retry-after'));
    expect((await ask(`${waybill.url}/health/live`)).status).toBe(200);
    const limited = ['operation="get"', 'code="RATE_LIMITED"'];
    expect(await metric(waybill.url, 'waybill_entries_errors_total', ...limited)).toBe(1);
  } finally {
    await waybill.stop();
  }
});

it('nothing is told, and nothing taken, while PostgreSQL is away', async () => {
  const nobody = { DB_HOST: '127.0.0.1', DB_PORT: '1', DB_USER: 'u', DB_PASSWORD: 'p', DB_NAME: 'd' };
  const waybill = await startWaybill({ env: { ...CONTEXTS, ...nobody }, ready: false });
  try {
    const json = { 'content-type': 'application/json' };
    const answers = [
      await ask(`${waybill.url}/v1/cache/a`),
      await ask(`${waybill.url}/v1/cache`),
      await ask(`${waybill.url}/v1/cache/a`, { method: 'PUT', headers: json, body: '{"value":1}' }),
      await ask(`${waybill.url}/v1/cache/a`, { method: 'DELETE' }),
      await ask(`${waybill.url}/v1/cache/batch/get`, {
        method: 'POST',
        headers: json,
        body: '{"keys":["a"]}',
      }),
      await ask(`${waybill.url}/v1/cache/batch/set`, {
        method: 'POST',
        headers: json,
        body: '{"entries":{"a":{"value":1}}}',
      }),
    ];
    for (const { status, headers, text } of answers) {
      expect(status, text).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
      expect(headers.get('retry-after')).toBe('1');
    }
  } finally {
    await waybill.stop();
  }
});

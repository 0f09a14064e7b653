import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase } from '../support/test-database.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const SECTION = /^### Readings of sensors\n([^]*?)\n###? /m.exec(README)![1]!;
/** `CONTEXTS=sensors ROLES=… make run` */
const SETTINGS = Object.fromEntries(
  /`((?:[A-Z_]+=\S+ )+)make run`/
    .exec(SECTION)![1]!
    .trim()
    .split(' ')
    .map((setting) => setting.split('=') as [string, string]),
);
const COMMANDS = /^```sh\n([^]*?)^```$/m
  .exec(SECTION)![1]!
  .split(/\n{2,}/)
  .map((command) => command.replace(/^#.*\n/gm, '').trim());
const ORIGIN = 'http://127.0.0.1:8080';
/** From being ready to the first reading of the producer. */
const FIRST_READING_MS = 3_000;

const run = promisify(execFile);

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let waybill: WaybillProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  const { host, port, user, password, database: name } = database.connection;
  waybill = await startWaybill({
    env: {
      ...SETTINGS,
      DB_HOST: host,
      DB_PORT: String(port),
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: name,
    },
  });
});
afterAll(async () => {
  await waybill.stop();
  await database.drop();
});

/** Runs a command as it stands, but for the port, which may be somebody else's. */
async function answerTo(command: string) {
  expect(command).toContain(ORIGIN);
  const { stdout } = await run('sh', ['-c', command.replace(ORIGIN, waybill.url)]);
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field) => field.split(': ') as [string, string]));
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}

describe('the tour of the README, with readings of sensors', () => {
  it('has three calls, of a program with all that they need', () => {
    expect(COMMANDS.map((command) => command.split(' ', 1)[0])).toEqual(['curl', 'curl', 'curl']);
    expect(SETTINGS).toEqual({ CONTEXTS: 'sensors', ROLES: 'api,consumer,relay,producer' });
  });

  it('shows the latest value of a sensor, a bare number', async () => {
    await eventually(async () => expect((await answerTo(COMMANDS[0]!)).status).toBe(200), {
      timeoutMs: FIRST_READING_MS,
    });
    const { headers, body } = await answerTo(COMMANDS[0]!);
    expect(body).toMatch(/^\d{1,2}(\.\d{1,2})?$/);
    expect(headers.get('content-type')).toBe(JSON_TYPE);
    expect(headers.get('x-reading-timestamp')).toMatch(/^\d{10}$/);
  });

  it('shows the last readings', async () => {
    const { status, headers, body } = await eventually(async () => {
      const answer = await answerTo(COMMANDS[1]!);
      expect(answer.body).not.toBe('[]');
      return answer;
    });
    expect([status, headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    const readings = JSON.parse(body) as object[];
    expect(readings.length).toBeLessThanOrEqual(2);
    for (const reading of readings) expect(Object.keys(reading)).toEqual(['sensor_id', 'value', 'timestamp']);
  });

  it('stores a reading of this moment, which is the latest of its sensor', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const { status, headers, body } = await answerTo(COMMANDS[2]!);
    expect([status, headers.get('content-type')]).toEqual([201, JSON_TYPE]);
    expect(JSON.parse(body)).toEqual({ reading_ids: [expect.any(Number)] });
    const sensorId = /"sensor_id":"([^"]+)"/.exec(COMMANDS[2]!)![1]!;
    const latest = await answerTo(`curl -i ${ORIGIN}/recent/${sensorId}`);
    expect(latest.body).toBe(/"value":([\d.]+)/.exec(COMMANDS[2]!)![1]);
    expect(Number(latest.headers.get('x-reading-timestamp'))).toBeGreaterThanOrEqual(before);
  });
});

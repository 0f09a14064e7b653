import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { LatestReadings } from '../cache/latest-readings.js';
import { MAX_READINGS } from '../model/reading.codec.js';
import type { Reading } from '../model/reading.js';
import { sensors } from '../sensors.module.js';
import { ReadingSubmission } from './reading-submission.js';
import { openHttpApp } from '../../../test/support/http-app.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
  app = await openHttpApp(houseOf({ CONTEXTS: ['sensors'] }, [sensors]), house.database);
});

beforeEach(() => house.rows('TRUNCATE sensors.sensor_data, outbox, idempotency_keys'));
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await app.close();
  await house.drop();
});

const aReading = (fields: Partial<Reading> = {}): Reading => ({
  sensor_id: 'sensor-123',
  value: 16.21,
  timestamp: 1_700_000_000,
  ...fields,
});
const aThousand = (sensor_id: string): Reading[] =>
  Array.from({ length: MAX_READINGS }, (_, value) => aReading({ sensor_id, value }));

const post = (readings: Reading | readonly Reading[], key?: string) =>
  app.inject({
    method: 'POST',
    url: '/data',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    payload: JSON.stringify(readings),
  });
const recent = async (sensorId: string): Promise<string> => (await app.inject(`/recent/${sensorId}`)).body;
const idsOf = ({ body }: { body: string }) => (JSON.parse(body) as { reading_ids: number[] }).reading_ids;

const stored = () =>
  house.rows<Reading & { id: number }>('SELECT id, sensor_id, value FROM sensors.sensor_data ORDER BY id');
const announced = async (): Promise<number[]> =>
  (
    await house.rows<{ id: number }>(
      `SELECT (headers->>'reading_id')::bigint AS id FROM outbox WHERE topic = 'sensor-data' ORDER BY id`,
    )
  ).map(({ id }) => id);

/** Counts the transactions; the first ends only when `letGo` is called. */
function holdTheFirstTransaction() {
  const { database } = house;
  const transaction = database.transaction.bind(database);
  let letGo: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => (letGo = resolve));
  const spy = vi.spyOn(database, 'transaction').mockImplementationOnce(async (work, options) => {
    const result = await transaction(work, options);
    await isHeld;
    return result;
  });
  return { letGo: () => letGo(), spy };
}

/** The next transaction is committed, and then its connection is lost before its caller hears of it. */
function loseTheNextCommit(): void {
  const { database } = house;
  const transaction = database.transaction.bind(database);
  vi.spyOn(database, 'transaction').mockImplementationOnce(async (work, options) => {
    await transaction(work, options);
    throw new Error('Connection terminated unexpectedly');
  });
}

describe('concurrent requests', () => {
  it('share a transaction, and each has its own ids in the order of its readings', async () => {
    const { letGo, spy } = holdTheFirstTransaction();
    const bodies = Array.from({ length: 20 }, (_, n) => [
      aReading({ sensor_id: `s${n}`, value: n }),
      aReading({ sensor_id: `s${n}`, value: n + 0.5 }),
    ]);
    const answering = bodies.map((body) => post(body));
    await vi.waitFor(() => expect(spy).toHaveBeenCalledTimes(1), { timeout: 20_000 });
    await vi.waitFor(async () => expect(await stored()).not.toEqual([]), { timeout: 20_000 });
    letGo();
    const answers = await Promise.all(answering);
    expect(spy.mock.calls.length).toBeLessThanOrEqual(3);
    const rows = new Map((await stored()).map((row) => [row.id, row]));
    expect(rows.size).toBe(40);
    for (const [n, answer] of answers.entries()) {
      expect(answer.statusCode).toBe(201);
      expect(idsOf(answer).map((id) => rows.get(id)!.value)).toEqual([n, n + 0.5]);
      // Of one time, so the one that was handed in later is newer.
      expect(await recent(`s${n}`)).toBe(String(n + 0.5));
    }
    expect(await announced()).toEqual([...rows.keys()]);
  });

  it('of a thousand readings each are several transactions', async () => {
    const { letGo, spy } = holdTheFirstTransaction();
    const submission = app.get(ReadingSubmission, { strict: false });
    const submitting = Array.from({ length: 9 }, (_, n) =>
      submission.submit({ readings: aThousand(`s${n}`) }, 1),
    );
    letGo();
    for (const readings of await Promise.all(submitting)) expect(readings).toHaveLength(MAX_READINGS);
    // The first by itself, five that have waited for it, and the last three.
    expect(spy).toHaveBeenCalledTimes(3);
    expect(await stored()).toHaveLength(9_000);
  });

  it('are refused with Retry-After when too many wait', async () => {
    const { letGo } = holdTheFirstTransaction();
    const submission = app.get(ReadingSubmission, { strict: false });
    const filling = submission.submit({ readings: [aReading()] }, 16 * 1_048_576);
    const refused = await post(aReading({ value: 2 }));
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
    letGo();
    await filling;
    expect((await post(aReading({ value: 3 }))).statusCode).toBe(201);
    expect((await stored()).map(({ value }) => value)).toEqual([16.21, 3]);
  });

  it('are refused with Retry-After while somebody else has locked the table, and taken right after', async () => {
    const startedAt = performance.now();
    await house.database.transaction(async (tx) => {
      await tx.query('LOCK TABLE sensors.sensor_data IN SHARE MODE');
      const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => post(aReading({ value: n }))));
      for (const { statusCode, headers } of answers)
        expect([statusCode, headers['retry-after']]).toEqual([503, '1']);
    });
    // Half a second a try; with the limit of all other statements it is twelve seconds.
    expect(performance.now() - startedAt).toBeLessThan(7_000);
    const { spy, letGo } = holdTheFirstTransaction();
    letGo();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => post(aReading({ value: n }))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    expect(spy.mock.calls.length).toBeLessThan(8);
    expect(await stored()).toHaveLength(30);
  });
});

it('is in memory by the time of its answer, without the news of its commit', async () => {
  const latest = app.get(LatestReadings, { strict: false });
  // Nothing listens here.
  latest.hold();
  await post([aReading({ timestamp: 4, value: 0 })]);
  expect(await latest.read('sensor-123')).toMatchObject({ value: 0 });
  await post([aReading({ value: 1 }), aReading({ value: 2 }), aReading({ timestamp: 5, value: 3 })]);
  expect(latest.peek('sensor-123')).toMatchObject({ value: 2 });
  latest.holdNothing();
});

describe('a request with an Idempotency-Key', () => {
  const body = [aReading({ value: 1 }), aReading({ value: 2 })];

  it('stores nothing twice when it comes again after its answer was lost, and gets that answer', async () => {
    loseTheNextCommit();
    const lost = await post(body, '"lost"');
    expect([lost.statusCode, lost.headers['retry-after']]).toEqual([503, '1']);
    expect(await stored()).toHaveLength(2);
    const again = await post(body, '"lost"');
    expect([again.statusCode, again.headers['content-type']]).toEqual([
      201,
      'application/json; charset=utf-8',
    ]);
    expect(idsOf(again)).toEqual((await stored()).map(({ id }) => id));
    expect((await post(body, '"lost"')).body).toBe(again.body);
    expect(await stored()).toHaveLength(2);
    expect(await announced()).toEqual(idsOf(again));
    expect((await post(aReading(), '"lost"')).statusCode).toBe(422);
  });

  it('leaves no answer when its readings were not committed, and its key is free', async () => {
    await house.rows('ALTER TABLE outbox RENAME TO outbox_away');
    expect((await post(body, '"failed"')).statusCode).toBe(503);
    await house.rows('ALTER TABLE outbox_away RENAME TO outbox');
    expect(await stored()).toEqual([]);
    expect((await post(aReading(), '"failed"')).statusCode).toBe(201);
  });

  it('stores once when it comes many times at once, within batches with others', async () => {
    const same = Array.from({ length: 10 }, () => post(body, '"same"'));
    const others = Array.from({ length: 10 }, (_, n) =>
      post(aReading({ sensor_id: `s${n}` }), `"other-${n}"`),
    );
    const answers = await Promise.all(same);
    expect(new Set(answers.map(({ statusCode }) => statusCode).filter((status) => status !== 409))).toEqual(
      new Set([201]),
    );
    const first = await Promise.all(others);
    expect(await stored()).toHaveLength(12);
    for (const [n, { body: answer }] of first.entries())
      expect((await post(aReading({ sensor_id: `s${n}` }), `"other-${n}"`)).body).toBe(answer);
    expect(await stored()).toHaveLength(12);
  });

  it('stores nothing when another one with its key has done so, and gives that answer', async () => {
    const { database } = house;
    const transaction = database.transaction.bind(database);
    vi.spyOn(database, 'transaction').mockImplementationOnce(async (work, options) => {
      await house.rows(
        `UPDATE idempotency_keys SET answer = '{"status": 201, "headers": {}, "body": "{\\"reading_ids\\":[1]}"}'`,
      );
      return transaction(work, options);
    });
    const answer = await post(body, '"slow"');
    expect([answer.statusCode, answer.body]).toEqual([201, '{"reading_ids":[1]}']);
    expect(await stored()).toEqual([]);
    expect(await announced()).toEqual([]);
  });

  it('has a key of its own on this route', async () => {
    await post(body, '"k"');
    expect(await house.rows('SELECT key FROM idempotency_keys')).toEqual([{ key: '\tPOST /data\tk' }]);
    expect((await post(body, '"\t"')).statusCode).toBe(400);
  });
});

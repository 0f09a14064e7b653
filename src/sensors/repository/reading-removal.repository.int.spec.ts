import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { ForgottenSensor } from '../model/reading.js';
import { sensors } from '../sensors.module.js';
import { ReadingRemovalRepository, REMOVED_AT_ONCE } from './reading-removal.repository.js';
import { ReadingRepository } from './reading.repository.js';
import type { Origin } from './reading.sql.js';

const TIME_MS = 1_700_000_000_000;

let house: WaybillDatabase;
let readings: ReadingRepository;
let removal: ReadingRemovalRepository;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
  readings = new ReadingRepository(house.database);
  removal = new ReadingRemovalRepository(house.database);
});
beforeEach(() => house.rows('TRUNCATE sensors.sensor_data RESTART IDENTITY'));
afterAll(() => house.drop());

const originAt = (offset: number, other: Partial<Origin> = {}): Origin => ({
  topic: 'sensor-data',
  partition: 0,
  offset,
  timestampMs: TIME_MS + offset,
  ...other,
});

/** A reading of a sensor, whose value is the place where it stands. */
const store = (sensor_id: string, origin: Origin, timestamp = 1) =>
  house.database.transaction((tx) =>
    readings.storeOfEvents(tx, [{ reading: { sensor_id, value: origin.offset, timestamp }, origin }]),
  );
const post = (sensor_id: string, ...timestamps: number[]) =>
  house.database.transaction((tx) =>
    readings.storeOfRequest(
      tx,
      timestamps.map((timestamp) => ({ sensor_id, value: -1, timestamp })),
    ),
  );
const left = async (): Promise<[string, number][]> =>
  (
    await house.rows<{ sensor_id: string; value: number }>(
      'SELECT sensor_id, value FROM sensors.sensor_data ORDER BY id',
    )
  ).map(({ sensor_id, value }) => [sensor_id, value]);
const forgetSome = (forgotten: readonly ForgottenSensor[]) =>
  house.database.transaction((tx) => removal.forgetSome(tx, forgotten));

async function forget(sensorId: string, origin: Origin): Promise<void> {
  await forgetSome(await removal.forgottenBy([{ sensorId, origin }]));
}

describe('a tombstone', () => {
  it('removes what stands before it, and what came over HTTP, and nothing of other sensors', async () => {
    await store('a', originAt(0));
    await store('a', originAt(9, { partition: 1 }));
    await store('b', originAt(1));
    await post('a', 1, 2);
    await forget('a', originAt(2));
    expect(await left()).toEqual([['b', 1]]);
  });

  it('that comes again, or late, leaves what stands behind it', async () => {
    await store('a', originAt(0));
    await store('b', originAt(3));
    await store('a', originAt(4));
    await store('a', originAt(5));
    await forget('a', originAt(2));
    expect(await left()).toEqual([
      ['b', 3],
      ['a', 4],
      ['a', 5],
    ]);
  });

  it('removes the readings of the topic that was there before it was made anew', async () => {
    await store('a', originAt(7));
    await store('a', originAt(0, { timestampMs: TIME_MS + 1_000 }));
    await forget('a', originAt(1, { timestampMs: TIME_MS + 1_001 }));
    expect(await left()).toEqual([]);
  });

  it('of a sensor without readings tells up to where it may have had some', async () => {
    expect(await removal.forgottenBy([{ sensorId: 'a', origin: originAt(0) }])).toEqual([
      { sensorId: 'a', lastId: 0 },
    ]);
    await post('b', 1, 2);
    expect(await removal.forgottenBy([{ sensorId: 'a', origin: originAt(0) }])).toEqual([
      { sensorId: 'a', lastId: 2 },
    ]);
  });

  it('removes many readings in steps, the latest last', async () => {
    await post('a', 20_000, ...Array.from({ length: REMOVED_AT_ONCE }, (_, n) => n));
    const forgotten = await removal.forgottenBy([{ sensorId: 'a', origin: originAt(0) }]);
    expect(await forgetSome(forgotten)).toMatchObject({ removed: REMOVED_AT_ONCE, hasMore: true });
    expect(await readings.latestOf(['a'])).toMatchObject([{ timestamp: 20_000 }]);
    expect(await forgetSome(forgotten)).toMatchObject({ removed: 1, hasMore: false });
    expect(await left()).toEqual([]);
  });
});

it('a step that finds what it has chosen removed by others goes on', async () => {
  await post('a', ...Array.from({ length: REMOVED_AT_ONCE + 1 }, (_, n) => n));
  const forgotten = await removal.forgottenBy([{ sensorId: 'a', origin: originAt(0) }]);
  const { ours } = await house.database.transaction(async (tx) => {
    await removal.expireSome(tx, ['a'], REMOVED_AT_ONCE);
    const step = forgetSome(forgotten);
    await eventually(async () => {
      const waiting = await house.rows(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).not.toEqual([]);
    });
    return { ours: step };
  });
  expect(await ours).toMatchObject({ removed: 0, hasMore: true });
  expect(await left()).toHaveLength(1);
});

describe('old readings', () => {
  it('are removed by their own time, and the sensors that have some are found', async () => {
    await post('a', 9, 10, 11);
    await post('b', 10);
    await post('c', 1, 2);
    expect(await removal.sensorsAfter('', 10)).toEqual({ expiring: ['a', 'c'] });
    expect(await removal.sensorsAfter('b', 10)).toEqual({ expiring: ['c'] });
    const removed = await house.database.transaction((tx) => removal.expireSome(tx, ['a', 'c'], 10));
    expect(removed).toMatchObject({ removed: 3, hasMore: false });
    expect(new Map(removed.sensors.map(({ sensorId, lastId }) => [sensorId, lastId]))).toEqual(
      new Map([
        ['a', 1],
        ['c', 6],
      ]),
    );
    expect((await left()).map(([sensorId]) => sensorId)).toEqual(['a', 'a', 'b']);
  });

  it('are looked for a page of sensors at a time', async () => {
    await house.rows(
      `INSERT INTO sensors.sensor_data (sensor_id, value, ts)
       SELECT 's' || lpad(n::text, 4, '0'), 1, n FROM generate_series(1, 1001) AS n`,
    );
    const first = await removal.sensorsAfter('', 3);
    expect(first).toEqual({ expiring: ['s0001', 's0002'], next: 's1000' });
    expect(await removal.sensorsAfter(first.next!, 2_000)).toEqual({ expiring: ['s1001'] });
  });
});

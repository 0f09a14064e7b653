import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { LatestUpdates } from '../cache/latest-updates.js';
import type { Reading, StoredReading } from '../model/reading.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { sensors } from '../sensors.module.js';
import { ReadingIntake } from './reading-intake.js';
import type { ReadingRemoval } from './reading-removal.js';

let house: WaybillDatabase;
let repository: ReadingRepository;
let intake: ReadingIntake;
/** What whoever reads the latest was told. */
let taken: StoredReading[];

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
  repository = new ReadingRepository(house.database);
});
beforeEach(async () => {
  await house.rows('TRUNCATE sensors.sensor_data');
  taken = [];
  const updates: Pick<LatestUpdates, 'announce' | 'take'> = {
    announce: () => Promise.resolve(),
    take: ({ latest }) => void taken.push(...latest),
  };
  intake = new ReadingIntake(
    house.database,
    repository,
    newDeadLetters(house.database),
    updates as LatestUpdates,
    NO_REMOVAL as ReadingRemoval,
  );
});
afterAll(() => house.drop());

/** There are no tombstones. */
const NO_REMOVAL: Pick<ReadingRemoval, 'forget'> = { forget: () => Promise.resolve([]) };
const READING: Reading = { sensor_id: 'a', value: 1, timestamp: 5 };

const receive = (reading: Reading, readingId: number): Promise<void> =>
  intake.receive({
    readings: [
      {
        reading,
        readingId,
        origin: { topic: 'sensor-data', partition: 0, offset: 0, timestampMs: 1_700_000_000_000 },
      },
    ],
    tombstones: [],
    refused: [],
  });
const storeOne = async (reading: Reading): Promise<StoredReading> =>
  (await house.database.transaction((tx) => repository.storeOfRequest(tx, [reading]))).stored[0]!;
const count = async (): Promise<number> =>
  (await house.rows<{ n: number }>('SELECT count(*)::int AS n FROM sensors.sensor_data'))[0]!.n;

it('the copy of a reading is not stored, and tells what whoever stored it may not have told', async () => {
  const original = await storeOne(READING);
  await receive(READING, original.id);
  expect(await count()).toBe(1);
  expect(taken).toEqual([original]);
});

it.each([
  ['value', 1, { value: 2 }],
  ['sign of its zero', 0, { value: -0 }],
  ['time', 1, { timestamp: 6 }],
  ['sensor', 1, { sensor_id: 'b' }],
])('what names a reading with another %s is no copy of it, and is stored', async (_name, value, fields) => {
  const original = await storeOne({ ...READING, value });
  await receive({ ...READING, value, ...fields }, original.id);
  expect(await count()).toBe(2);
  expect(taken).toMatchObject([fields]);
});

it('what names a reading that is not there is stored', async () => {
  await receive(READING, 999);
  expect(await count()).toBe(1);
});

it('a batch that another process is storing at this moment is taken for one that is stored', async () => {
  const origin = { topic: 'sensor-data', partition: 0, timestampMs: 1_700_000_000_000 };
  const readings = [1, 2].map((offset) => ({
    reading: { sensor_id: 'a', value: offset, timestamp: 5 },
    origin: { ...origin, offset },
  }));
  const { received } = await house.database.transaction(async (tx) => {
    await repository.storeOfEvents(tx, readings.slice(0, 1));
    const ours = intake.receive({ readings, tombstones: [], refused: [] });
    await eventually(async () => {
      expect(
        await house.rows(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        ),
      ).toHaveLength(1);
    });
    return { received: ours };
  });
  await received;
  expect(await house.rows(`SELECT value FROM sensors.sensor_data ORDER BY id`)).toEqual([
    { value: 1 },
    { value: 2 },
  ]);
  expect(taken).toMatchObject([{ sensor_id: 'a', value: 2 }]);
});

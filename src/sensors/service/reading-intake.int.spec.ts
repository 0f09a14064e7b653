import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import type { LatestNews } from '../cache/latest-news.js';
import type { LatestUpdates } from '../cache/latest-updates.js';
import type { ReadingAnnouncements } from '../producer/reading-announcements.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { sensors } from '../sensors.module.js';
import { ReadingIntake } from './reading-intake.js';

let house: WaybillDatabase;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
});
afterAll(() => house.drop());

it('takes a batch that another process is storing at this moment for one that is stored', async () => {
  const repository = new ReadingRepository(house.database);
  const taken: LatestNews[] = [];
  const intake = new ReadingIntake(
    house.database,
    repository,
    {} as ReadingAnnouncements,
    { append: () => Promise.resolve() } as unknown as DeadLetters,
    {
      announce: () => Promise.resolve(),
      take: (news: LatestNews) => void taken.push(news),
    } as unknown as LatestUpdates,
  );
  const origin = { topic: 'sensor-data', partition: 0, timestampMs: 1_700_000_000_000 };
  const readings = [1, 2].map((offset) => ({
    reading: { sensor_id: 'a', value: offset, timestamp: 5 },
    origin: { ...origin, offset },
  }));
  const { received } = await house.database.transaction(async (tx) => {
    await repository.storeOfEvents(tx, readings.slice(0, 1));
    const ours = intake.receive({ readings, forgotten: new Set(), refused: [] });
    await eventually(async () => {
      const waiting = await house.rows(`SELECT FROM pg_locks WHERE NOT granted`);
      expect(waiting).toHaveLength(1);
    });
    return { received: ours };
  });
  await received;
  expect(await house.rows(`SELECT value FROM sensors.sensor_data ORDER BY id`)).toEqual([
    { value: 1 },
    { value: 2 },
  ]);
  expect(taken).toMatchObject([{ latest: [{ sensor_id: 'a', value: 2 }] }]);
});

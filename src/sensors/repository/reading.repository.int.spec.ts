import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { sensors } from '../sensors.module.js';
import type { Reading, StoredReading } from '../model/reading.js';
import type { ReadingFilter } from '../model/reading-filter.js';
import { ReadingListRepository } from './reading-list.repository.js';
import { isStoredMeanwhile, ReadingRepository } from './reading.repository.js';
import type { Origin, ReadingOfEvent } from './reading.sql.js';

let house: WaybillDatabase;
let repository: ReadingRepository;
let lists: ReadingListRepository;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
  repository = new ReadingRepository(house.database);
  lists = new ReadingListRepository(house.database);
});
beforeEach(() => house.rows('TRUNCATE sensors.sensor_data'));
afterAll(() => house.drop());

const reading = (sensor_id: string, timestamp: number, value = 1): Reading => ({
  sensor_id,
  value,
  timestamp,
});

function ofEvent(one: Reading, offset: number, origin: Partial<Origin> = {}): ReadingOfEvent {
  return {
    reading: one,
    origin: { topic: 'sensor-data', partition: 0, offset, timestampMs: 1_700_000_000_000, ...origin },
  };
}

const store = async (...readings: ReadingOfEvent[]): Promise<StoredReading[]> =>
  (await house.database.transaction((tx) => repository.storeOfEvents(tx, readings))).latest;
const post = async (...readings: Reading[]): Promise<StoredReading[]> =>
  (await house.database.transaction((tx) => repository.storeOfRequest(tx, readings))).stored;
const count = async (): Promise<number> =>
  (await house.rows<{ n: number }>('SELECT count(*)::int AS n FROM sensors.sensor_data'))[0]!.n;

describe('readings of events', () => {
  it('are stored as the doubles they are', async () => {
    const values = [0.1, 1e-7, Number.MAX_VALUE, -Number.MIN_VALUE, 16.21, 2 ** 53 + 2, 5e-324];
    await store(...values.map((value, offset) => ofEvent(reading('s', offset, value), offset)));
    const { readings } = await lists.page({}, 100);
    expect(readings.map(({ value }) => value).reverse()).toEqual(values);
  });

  it('are stored once, however often they come, also within one batch', async () => {
    const [one, two] = [ofEvent(reading('s', 1), 0), ofEvent(reading('s', 2), 1)];
    await store(one, one);
    await store(one, two);
    expect(await count()).toBe(2);
  });

  it('are stored once, when their batch comes again with others before, between and behind them', async () => {
    const at = (offset: number) => ofEvent(reading(`s${offset}`, 1), offset);
    await store(at(1), at(3));
    await store(at(0), at(1), at(2), at(3), at(4));
    expect(await count()).toBe(5);
  });

  it('that another process is storing at this moment fail as such, and are stored once', async () => {
    const one = ofEvent(reading('s', 1), 0);
    const both = house.database.transaction(async (tx) => {
      await repository.storeOfEvents(tx, [one]);
      const other = store(one).catch((error: unknown) => error);
      await eventually(async () => {
        const [{ waiting }] = (await house.rows(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )) as [{ waiting: number }];
        expect(waiting).toBe(1);
      });
      return { other };
    });
    expect(isStoredMeanwhile(await (await both).other)).toBe(true);
    const again = await house.database.transaction((tx) => repository.storeOfEvents(tx, [one], true));
    expect(again.latest).toMatchObject([{ sensor_id: 's', timestamp: 1 }]);
    expect(again.commit).toBeUndefined();
    expect(await count()).toBe(1);
  });

  it('of a topic that was made anew, or of another partition, are other readings', async () => {
    const one = reading('s', 1);
    await store(ofEvent(one, 0));
    await store(ofEvent(one, 0, { timestampMs: 1_700_000_000_001 }));
    await store(ofEvent(one, 0, { partition: 1 }));
    await store(ofEvent(one, 0, { topic: 'other' }));
    expect(await count()).toBe(4);
  });

  it('may have any 64 bits for their time', async () => {
    const exactTimestamp = 2n ** 63n - 1n;
    await store(ofEvent(reading('s', 1), 0, { timestampMs: Number(exactTimestamp), exactTimestamp }));
    expect(await count()).toBe(1);
  });

  it('tell the newest of each sensor, by its own time and then by which was stored later', async () => {
    const latest = await store(
      ofEvent(reading('a', 5, 1), 0),
      ofEvent(reading('a', 5, 2), 1),
      ofEvent(reading('a', 4, 3), 2),
      ofEvent(reading('b', 1, 4), 3),
    );
    expect(latest.map(({ sensor_id, value }) => [sensor_id, value])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
  });

  it('that come again tell what is stored, since whoever stored them may have told nobody', async () => {
    const one = ofEvent(reading('a', 5, 1), 0);
    await store(one);
    await store(ofEvent(reading('a', 7, 2), 1));
    expect(await store(one)).toMatchObject([{ sensor_id: 'a', timestamp: 7, value: 2 }]);
  });

  it('that come again beside new ones tell the newest of both, before they are committed', async () => {
    const one = ofEvent(reading('a', 5, 1), 0);
    await store(one);
    const latest = await store(one, ofEvent(reading('a', 6, 2), 1), ofEvent(reading('b', 1, 3), 2));
    expect(latest.map(({ sensor_id, value }) => [sensor_id, value]).sort()).toEqual([
      ['a', 2],
      ['b', 3],
    ]);
  });
});

describe('readings of a request', () => {
  it('get their ids in their order', async () => {
    const stored = await post(reading('a', 3), reading('a', 1), reading('b', 2));
    expect(stored.map(({ timestamp }) => timestamp)).toEqual([3, 1, 2]);
    expect(stored.map(({ id }) => id)).toEqual([...stored.map(({ id }) => id)].sort((x, y) => x - y));
    const found = await house.database.transaction((tx) => repository.byIds(tx, [stored[1]!.id]));
    expect(found).toEqual([stored[1]]);
  });
});

describe('the latest readings', () => {
  it('are found for some sensors, and for all of them page by page', async () => {
    await post(reading('a', 1), reading('b', 9, 7), reading('b', 3), reading('c', 2), reading('c', 2, 8));
    const values = (all: readonly StoredReading[]) => all.map(({ sensor_id, value }) => [sensor_id, value]);
    expect(values(await repository.latestOf(['b', 'x']))).toEqual([['b', 7]]);
    const first = await repository.latestAfter('', 2);
    expect(values(first)).toEqual([
      ['a', 1],
      ['b', 7],
    ]);
    expect(values(await repository.latestAfter('b', 2))).toEqual([['c', 8]]);
    expect(await repository.latestAfter('c', 2)).toEqual([]);
  });
});

describe('a list of readings', () => {
  async function allPages(filter: ReadingFilter, limit: number): Promise<number[][]> {
    const pages: number[][] = [];
    let page = await lists.page(filter, limit);
    pages.push(page.readings.map(({ value }) => value));
    while (page.next !== undefined) {
      page = await lists.page(filter, limit, page.next);
      pages.push(page.readings.map(({ value }) => value));
    }
    return pages;
  }

  it('has the last stored first, whatever their times', async () => {
    await post(reading('a', 3, 1), reading('b', 1, 2), reading('a', 2, 3));
    expect(await allPages({}, 2)).toEqual([[3, 2], [1]]);
    expect(await allPages({}, 3)).toEqual([[3, 2, 1]]);
  });

  it('of one sensor has the newest first, and of one time the one that was stored last', async () => {
    await post(
      reading('a', 3, 1),
      reading('b', 1, 2),
      reading('a', 2, 3),
      reading('a', 2, 4),
      reading('a', 9, 5),
    );
    expect(await allPages({ sensorId: 'a' }, 2)).toEqual([
      [5, 1],
      [4, 3],
    ]);
  });

  it('may be of a span of time', async () => {
    await post(reading('a', 1, 1), reading('a', 2, 2), reading('b', 3, 3), reading('a', 4, 4));
    expect(await allPages({ from: 2, to: 4 }, 10)).toEqual([[3, 2]]);
    expect(await allPages({ sensorId: 'a', from: 2 }, 10)).toEqual([[4, 2]]);
  });
});

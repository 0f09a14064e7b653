import { beforeEach, expect, it } from 'vitest';
import type { StoredReading } from '../model/reading.js';
import type { ReadingRepository } from '../repository/reading.repository.js';
import { LatestReadings } from './latest-readings.js';

const reading = (timestamp: number, id: number): StoredReading => ({
  sensor_id: 's',
  value: timestamp,
  timestamp,
  id,
});

let stored: StoredReading[];
let lookUps: number;
/** What happens once the look-up has found what it finds. */
let meanwhile: () => void;
let latest: LatestReadings;

beforeEach(() => {
  stored = [];
  lookUps = 0;
  meanwhile = () => undefined;
  const repository = {
    latestOf: async () => {
      lookUps++;
      const found = [...stored];
      await Promise.resolve();
      meanwhile();
      return found;
    },
  };
  latest = new LatestReadings(repository as unknown as ReadingRepository);
  latest.hold();
});

it('asks for what is not held, since what was committed last may have come late', async () => {
  stored = [reading(20, 1)];
  latest.put([reading(10, 2)]);
  expect(await latest.read('s')).toEqual(reading(20, 1));
  expect(latest.peek('s')).toEqual(reading(20, 1));
});

it('holds what is newer than what is held, and nothing older', async () => {
  stored = [reading(20, 1)];
  await latest.read('s');
  latest.put([reading(19, 2)]);
  expect(latest.peek('s')).toEqual(reading(20, 1));
  latest.put([reading(20, 3), reading(20, 2)]);
  expect(latest.peek('s')).toEqual(reading(20, 3));
  expect(lookUps).toBe(1);
});

it.each([
  ['the first of all', undefined],
  ['a newer one', reading(20, 1)],
])('misses nothing that is committed while it is looked for: %s', async (_, before) => {
  stored = before === undefined ? [] : [before];
  meanwhile = () => latest.put([reading(30, 2), reading(25, 3)]);
  expect(await latest.read('s')).toEqual(reading(30, 2));
  expect(latest.peek('s')).toEqual(reading(30, 2));
});

it('holds nothing that was found, or committed, before its sensor was forgotten', async () => {
  stored = [reading(20, 1)];
  meanwhile = () => {
    latest.put([reading(30, 2)]);
    latest.forget({ sensorId: 's', lastId: 2 });
  };
  expect(await latest.read('s')).toBeUndefined();
  expect(latest.peek('s')).toBeUndefined();
});

it('holds nothing while it does not hear of commits', async () => {
  stored = [reading(20, 1)];
  latest.holdNothing();
  await latest.read('s');
  latest.put([reading(30, 2)]);
  expect(latest.peek('s')).toBeUndefined();
});

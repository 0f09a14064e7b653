import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../../test/support/waybill-database.js';
import { PartitionClaims } from './partition-claims.js';

const ONE = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const THIRD = '00000000-0000-4000-8000-000000000003';

let house: WaybillDatabase;
beforeAll(async () => {
  house = await openWaybillDatabase();
});
afterAll(() => house.drop());

let partition = 0;
const newPlace = (): { context: string; topic: string; partition: number } => ({
  context: 'parcels',
  topic: 'things',
  partition: partition++,
});

const claimsOf = (owner: string): PartitionClaims => new PartitionClaims(house.database, owner);

describe('a claim of a partition', () => {
  it('is nothing to wonder at where nobody was before, or one who let go of it', async () => {
    const place = newPlace();
    expect(await claimsOf(ONE).claim(place)).toEqual({ isAbandoned: false, refusedOffsets: [] });
    await claimsOf(ONE).release(place);
    expect(await claimsOf(OTHER).claim(place)).toEqual({ isAbandoned: false, refusedOffsets: [] });
  });

  it('tells of one who ended with it, and of nothing when it is one’s own', async () => {
    const place = newPlace();
    await claimsOf(ONE).claim(place);
    expect(await claimsOf(ONE).claim(place)).toMatchObject({ isAbandoned: false });
    expect(await claimsOf(OTHER).claim(place)).toEqual({ isAbandoned: true, refusedOffsets: [] });
  });

  it('tells what was being tried, counts who ended by it, and outlives who was ended before a try', async () => {
    const place = newPlace();
    await claimsOf(ONE).claim(place);
    await claimsOf(ONE).mark(place, { firstOffset: 5, nextOffset: 2 ** 40, deaths: 1, triers: [THIRD] });
    const suspects = { firstOffset: 5, nextOffset: 2 ** 40, deaths: 2, triers: [THIRD, ONE] };
    expect(await claimsOf(OTHER).claim(place)).toMatchObject({ isAbandoned: true, suspects });
    expect(await claimsOf(ONE).claim(place)).toMatchObject({ isAbandoned: true, suspects });
    await claimsOf(ONE).release(place);
    expect(await claimsOf(OTHER).claim(place)).toMatchObject({ suspects });
  });

  it('forgets what was done, and what was refused only as a suspect', async () => {
    const place = newPlace();
    await claimsOf(ONE).claim(place);
    await claimsOf(ONE).mark(place, { firstOffset: 5, nextOffset: 9, deaths: 1, triers: [] });
    await claimsOf(ONE).clear(place);
    await claimsOf(ONE).mark(place, { firstOffset: 9, nextOffset: 10, deaths: 2, triers: [] });
    await claimsOf(ONE).refused(place, 9);
    await claimsOf(ONE).refused(place, 2 ** 40);
    expect(await claimsOf(OTHER).claim(place)).toEqual({ isAbandoned: true, refusedOffsets: [9, 2 ** 40] });
  });

  it('is not touched by one who had it before', async () => {
    const place = newPlace();
    await claimsOf(ONE).claim(place);
    await claimsOf(OTHER).claim(place);
    await claimsOf(OTHER).mark(place, { firstOffset: 5, nextOffset: 6, deaths: 0, triers: [] });
    await claimsOf(ONE).clear(place);
    await claimsOf(ONE).mark(place, { firstOffset: 1, nextOffset: 2, deaths: 0, triers: [] });
    await claimsOf(ONE).refused(place, 1);
    await claimsOf(ONE).release(place);
    expect(await claimsOf(ONE).claim(place)).toEqual({
      isAbandoned: true,
      refusedOffsets: [],
      suspects: { firstOffset: 5, nextOffset: 6, deaths: 1, triers: [OTHER] },
    });
  });

  it('counts nobody as ended who lost it during a try and has ended the try since', async () => {
    const place = newPlace();
    const tried = { firstOffset: 5, nextOffset: 6, deaths: 0, triers: [] };
    await claimsOf(ONE).claim(place);
    await claimsOf(ONE).mark(place, tried);
    const { suspects } = await claimsOf(OTHER).claim(place);
    expect(suspects).toEqual({ ...tried, deaths: 1, triers: [ONE] });
    await claimsOf(OTHER).mark(place, suspects!);
    const { suspects: twice } = await claimsOf(THIRD).claim(place);
    expect(twice).toEqual({ ...tried, deaths: 2, triers: [ONE, OTHER] });
    expect(await claimsOf(THIRD).recount(place, twice!)).toEqual(twice);
    await claimsOf(ONE).clear(place);
    expect(await claimsOf(THIRD).recount(place, twice!)).toEqual({ ...tried, deaths: 1, triers: [OTHER] });
    for (let again = 0; again < 2; again++) await claimsOf(OTHER).clear(place);
    expect(await claimsOf(THIRD).recount(place, twice!)).toBeUndefined();
    expect(await claimsOf(ONE).claim(place)).toEqual({ isAbandoned: true, refusedOffsets: [] });
  });
});

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOf, workerCounts } from '../../../test/entries/worker-counts.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { entries } from '../entries.module.js';
import { EntriesSettings } from '../entries.settings.js';
import { parseNews } from '../model/entry-news.js';
import { EntrySweepRepository } from '../repository/entry-sweep.repository.js';
import { EntryWriteRepository } from '../repository/entry-write.repository.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';
import { EntrySweep } from './entry-sweep.js';
import type { WorkerMetrics } from './worker.metrics.js';

const DAYS = 7;
const log = pino({ level: 'silent' });

interface Row {
  readonly key: string;
  readonly version: number;
  readonly has_value: boolean;
  readonly facts: number;
}

let house: WaybillDatabase;
let counts: WorkerMetrics;

beforeEach(async () => {
  house = await openWaybillDatabase({ contexts: [entries] });
  counts = workerCounts();
});
afterEach(() => house.drop());

/** As a process of the role worker has it, which begins by itself only once that is started. */
function aSweep(): EntrySweep {
  const settings = Object.assign(new EntriesSettings(), { ENTRIES_TOMBSTONE_DAYS: DAYS });
  const { database } = house;
  return new EntrySweep(
    database,
    new EntrySweepRepository(database),
    new RedisEpochRepository(database),
    settings,
    counts,
    new Environment(),
    new Lifecycle(log),
    log,
  );
}

/** Rows `<name>0000001` and so on. @param ends an interval from now, or null */
const insert = (name: string, rows: number, ends: string | null, value: string | null = 'x') =>
  house.rows(
    `INSERT INTO entries.cache_entries (instance_id, key, version, value, content_type, metadata, ttl_seconds,
                                        created_at, updated_at, written_at, ends_at)
     SELECT 'i', convert_to($1 || lpad(n::text, 7, '0'), 'UTF8'), 5, convert_to($4, 'UTF8'), 'text/plain', '{}', 60,
            now() - interval '30 days', now() - interval '30 days', now() - interval '30 days', now() + $3::interval
       FROM generate_series(1, $2::int) AS n`,
    [name, rows, ends, value],
  );

const rows = (): Promise<Row[]> =>
  house.rows<Row>(
    `SELECT convert_from(key, 'UTF8') AS key, version::int, value IS NOT NULL AS has_value,
            num_nonnulls(content_type, metadata, ttl_seconds) AS facts
       FROM entries.cache_entries ORDER BY key`,
  );

const numberOf = async (condition: string): Promise<number> =>
  (await house.rows(`SELECT FROM entries.cache_entries WHERE ${condition}`)).length;

describe('the sweep', () => {
  it('makes tombstones of what has ended, which keep their version, and touches nothing else', async () => {
    await insert('ended', 1, '-1 second');
    await insert('later', 1, '1 hour');
    await insert('for good', 1, null);
    await aSweep().sweepOnce();
    expect(await rows()).toEqual([
      { key: 'ended0000001', version: 5, has_value: false, facts: 0 },
      { key: 'for good0000001', version: 5, has_value: true, facts: 3 },
      { key: 'later0000001', version: 5, has_value: true, facts: 3 },
    ]);
    expect(await countOf(counts.ended)).toBe(1);
    expect(await countOf(counts.forgotten)).toBe(0);
  });

  it('leaves a key whose next write is a new value of the next version', async () => {
    await insert('ended', 1, '-1 second');
    await aSweep().sweepOnce();
    const content = { value: Buffer.from('1') };
    const { receipts } = await house.database.transaction((tx) =>
      new EntryWriteRepository().write(tx, [{ instance: 'i', key: 'ended0000001', content }]),
    );
    expect(receipts).toMatchObject([{ outcome: 'created', entry: { version: 6 } }]);
  });

  it('forgets tombstones after so many days, and tells all processes which', async () => {
    await insert('old', 3, `-${DAYS} days -1 minute`, null);
    await insert('young', 1, `-${DAYS} days 1 minute`, null);
    const client = await house.database.connect();
    const heard: string[] = [];
    client.on('notification', ({ payload = '' }) => heard.push(payload));
    await client.query('LISTEN waybill_entries');
    try {
      await aSweep().sweepOnce();
      // What was said before has come before the answer.
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
    expect((await rows()).map(({ key }) => key)).toEqual(['young0000001']);
    const told = heard
      .map(parseNews)
      .flatMap((news) => ('forgotten' in news ? news.forgotten : [JSON.stringify(news)]));
    expect(told.sort()).toEqual(['i/old0000001', 'i/old0000002', 'i/old0000003']);
    expect(await countOf(counts.forgotten)).toBe(3);
  });

  it('ends a value that ended long ago, and forgets it at once', async () => {
    await insert('old', 1, '-30 days');
    const sweep = aSweep();
    await sweep.sweepOnce();
    expect(await countOf(counts.ended)).toBe(1);
    expect(await countOf(counts.forgotten)).toBe(1);
    expect(await rows()).toEqual([]);
  });

  it('takes a thousand rows a step, and as many steps as it takes', async () => {
    await insert('ended', 2_500, '-1 second');
    await insert('old', 2_500, '-30 days', null);
    const repository = new EntrySweepRepository(house.database);
    expect(await repository.end()).toBe(1_000);
    expect(await numberOf('value IS NOT NULL')).toBe(1_500);
    const forgotten = await house.database.transaction((tx) => repository.forget(tx, DAYS));
    expect(forgotten).toHaveLength(1_000);
    await aSweep().sweepOnce();
    expect(await numberOf('value IS NOT NULL')).toBe(0);
    expect(await numberOf('true')).toBe(2_500);
    expect(await countOf(counts.ended)).toBe(1_500);
    expect(await countOf(counts.forgotten)).toBe(1_500);
  });

  it('shares the rows with others that sweep at the same time', async () => {
    await insert('ended', 6_000, '-1 second');
    await insert('old', 6_000, '-30 days', null);
    await Promise.all(Array.from({ length: 4 }, () => aSweep().sweepOnce()));
    // One that finds all that is left locked by others has nothing more to do.
    await aSweep().sweepOnce();
    expect(await numberOf('value IS NOT NULL')).toBe(0);
    expect(await numberOf('true')).toBe(6_000);
    expect(await countOf(counts.ended)).toBe(6_000);
    expect(await countOf(counts.forgotten)).toBe(6_000);
  });

  it('waits for no row that is being written', async () => {
    await insert('ended', 3, '-1 second');
    const writer = await house.database.connect();
    try {
      await writer.query('BEGIN');
      await writer.query(
        "SELECT FROM entries.cache_entries WHERE key = convert_to('ended0000002', 'UTF8') FOR UPDATE",
      );
      await aSweep().sweepOnce();
      const left = (await rows()).filter(({ has_value }) => has_value).map(({ key }) => key);
      expect(left).toEqual(['ended0000002']);
    } finally {
      await writer.end();
    }
    await aSweep().sweepOnce();
    expect(await numberOf('value IS NOT NULL')).toBe(0);
  });
});

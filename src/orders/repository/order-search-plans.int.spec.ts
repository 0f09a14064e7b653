import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickestMs } from '../../../test/support/quickest.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { questionOf } from '../model/search-question.js';
import { OrderSearch } from '../service/order-search.js';
import { OrderSearchRepository } from './order-search.repository.js';

const ORDERS = 100_000;
/** PostgreSQL's, of 8 kB: what a search may look at, of some 20,000 that there are. */
const MOST_PAGES = 5_000;
const MOST_ROWS = 1_500;

let house: WaybillDatabase;

/** All of them share what a buyer is known by, and the beginnings of all else; every second one is called `Anna Levi` besides. */
beforeAll(async () => {
  house = await openWaybillDatabase();
  const received = `timestamptz '2026-01-01Z' + n * interval '1 second'`;
  const numbers = `generate_series(1, ${ORDERS}) n`;
  // Of those alone that answers show.
  const newest = `generate_series(${ORDERS - 5_000}, ${ORDERS}) n`;
  await house.rows(`
    INSERT INTO orders (order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey,
                        sm_id, date_created, oof_shard, created_at, status, version, content_hash, totals_match, received_at,
                        updated_at)
    SELECT 'uid-' || n, 'TRACK-' || n, '', '', '', 'all', '', '', 1, '', '', ${received}, 'received', 1, '', true,
           ${received}, ${received}
    FROM ${numbers}`);
  await house.rows(`
    INSERT INTO deliveries SELECT 'uid-' || n, 'Emma Wilson', '+4915112345678', '', '', '', '', 'emma@example.com'
    FROM ${newest}`);
  await house.rows(`
    INSERT INTO payments SELECT 'uid-' || n, '', '', 'USD', '', 1, 1, '', 0, 1, 0 FROM ${newest}`);
  await house.rows(`
    INSERT INTO order_search (order_uid, track_number, customer_id, email, phone, name_1, name_2, received_at, content_version)
    SELECT 'uid-' || n, 'TRACK-' || n, 'ALL', 'EMMA@EXAMPLE.COM', reverse('4915112345678'), 'EMMA WILSON', 'WILSON EMMA',
           ${received}, 1
    FROM ${numbers}`);
  await house.rows('VACUUM ANALYZE orders, deliveries, payments, order_search');
});

afterAll(() => house.drop());

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const all = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(all)];
const rowsOf = (plan: Plan): number =>
  (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];

/** The plans of all statements of a search, each run as it would be prepared. */
async function plansOf(typed: string): Promise<Plan[]> {
  const plans: Plan[] = [];
  const { database } = house;
  const explaining = Object.create(database) as typeof database;
  explaining.transaction = (work, options) =>
    database.transaction(async (tx) => {
      // What PostgreSQL does by itself: a pooler may lose what our sessions are set to.
      await tx.query('SET LOCAL enable_seqscan = on');
      await tx.query('SET LOCAL plan_cache_mode = force_generic_plan');
      const query = async (sql: string, parameters: unknown[]): Promise<unknown> => {
        const explained: { 'QUERY PLAN': [{ Plan: Plan }] }[] = await tx.query(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
          parameters,
        );
        plans.push(explained[0]!['QUERY PLAN'][0].Plan);
        return tx.query(sql, parameters);
      };
      return work({ query } as unknown as typeof tx);
    }, options);
  await new OrderSearch(explaining, new OrderSearchRepository()).find(questionOf(typed)!);
  return plans;
}

describe('a search among 100,000 orders that share what is asked for', () => {
  it.each([
    ['a name', 'Emma Wilson'],
    ['a name the other way round', 'wilson emma'],
    ['the beginning of a name', 'emm'],
    ['words that are not typed to their ends', 'wils emm'],
    ['a name that all share with another that nobody has', 'emma zzz'],
    ['an e-mail', 'emma@example.com'],
    ['the beginning of an e-mail', 'emma@'],
    ['a phone number', '+49 151 12345678'],
    ['the end of a phone number', '12345678'],
    ['a customer', 'all'],
    ['the beginning of all track numbers', 'track-'],
    ['the beginning of all ids', 'uid-'],
    ['what nobody has', 'nobody at all'],
  ])('looks at few of them by an index: %s', async (_what, typed) => {
    const plans = await plansOf(typed);
    expect(plans.length).toBeGreaterThan(0);
    const nodes = plans.flatMap(all);
    const read = nodes.filter((node) => node['Relation Name'] !== undefined);
    expect(new Set(read.map((node) => node['Node Type']))).not.toContain('Seq Scan');
    expect(Math.max(...nodes.map(rowsOf))).toBeLessThan(MOST_ROWS);
    const pages = plans.map((plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
    expect(pages.reduce((sum, ofOne) => sum + ofOne, 0)).toBeLessThan(MOST_PAGES);
  });

  it('has the newest of them', async () => {
    const search = new OrderSearch(house.database, new OrderSearchRepository());
    const newest = Array.from({ length: 20 }, (_, n) => `uid-${ORDERS - n}`);
    for (const typed of ['Emma Wilson', 'emm', 'wils emm', 'emma@', '12345678', 'all', 'track-', 'uid-']) {
      const { hits, areMore } = await search.find(questionOf(typed)!);
      expect(hits.map(({ summary }) => (JSON.parse(summary) as { order_uid: string }).order_uid)).toEqual(
        newest,
      );
      expect(areMore).toBe(true);
    }
  });

  it('is not planned anew each time', async () => {
    await house.database.transaction(async (tx) => {
      const sameConnection = Object.create(house.database) as typeof house.database;
      sameConnection.transaction = (work) => work(tx);
      const search = new OrderSearch(sameConnection, new OrderSearchRepository());
      for (const typed of ['Emma Wilson', 'emm', 'track-', '12345678']) {
        for (let turn = 0; turn < 10; turn++) await search.find(questionOf(typed)!);
      }
      const plans: { kept: number; anew: number }[] = await tx.query(`
        SELECT generic_plans::int AS kept, custom_plans::int AS anew FROM pg_prepared_statements
        WHERE statement LIKE '%order_search%'`);
      // PostgreSQL compares five of them with the one that it would keep.
      expect(plans.length).toBeGreaterThan(5);
      expect(plans.filter(({ kept, anew }) => kept === 0 || anew > 5)).toEqual([]);
    });
  });

  it('gives up what takes longer than somebody waits', async () => {
    const locking = await house.database.connect();
    try {
      await locking.query('BEGIN; LOCK TABLE order_search IN ACCESS EXCLUSIVE MODE');
      const search = new OrderSearch(house.database, new OrderSearchRepository());
      const tookMs = await quickestMs(2_500, () =>
        expect(search.find(questionOf('Emma Wilson')!)).rejects.toMatchObject({
          driverError: { code: '57014' } satisfies Partial<pg.DatabaseError>,
        }),
      );
      expect(tookMs).toBeLessThan(2_500);
    } finally {
      await locking.end();
    }
  });
});

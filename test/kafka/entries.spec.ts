import type { INestApplicationContext } from '@nestjs/common';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entries } from '../../src/entries/entries.module.js';
import { storageKeyOf } from '../../src/entries/model/entry-key.js';
import { ENTRY_HEADERS } from '../../src/entries/model/entry-message.js';
import type { EntryWrite } from '../../src/entries/model/entry-write.js';
import type { FoundEntry } from '../../src/entries/model/found-entry.js';
import { EntryLookup } from '../../src/entries/service/entry-lookup.js';
import { EntryWrites } from '../../src/entries/service/entry-writes.js';
import { DeadLetterReplays } from '../../src/platform/dead-letters/dead-letter-replays.js';
import { Waybill } from '../../src/waybill.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { type ChosenSettings, houseOf } from '../support/house-of.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { isTierRequired, useTier } from '../support/tiers.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { createPipeline, type Pipeline } from './order-pipeline.harness.js';

const kafka = useTier('kafka');
const redisCommand = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };
const BYTES = 10;
const ALL_ROLES: ChosenSettings['ROLES'] = ['api', 'consumer', 'relay', 'worker'];
const WITHOUT_WORKER: ChosenSettings['ROLES'] = ['api', 'consumer', 'relay'];

interface Row {
  readonly key: string;
  readonly version: number;
  readonly value: string | null;
}

/** A program for entries alone, within this process. */
interface Program {
  readonly writes: EntryWrites;
  readonly lookup: EntryLookup;
  stop(): Promise<void>;
}

describe.skipIf(kafka.skipped ?? (redisCommand === undefined && !isTierRequired()))('entries behind', () => {
  let pipeline: Pipeline;
  let database: WaybillDatabase;
  let redis: RedisServerFixture;
  let programs: Program[];

  beforeEach(async () => {
    programs = [];
    pipeline = await createPipeline(kafka.brokers);
    database = await openWaybillDatabase({ contexts: [entries] });
    redis = await RedisServerFixture.reserve(redisCommand!);
    await redis.start();
  });
  afterEach(async () => {
    for (const program of programs) await program.stop();
    await redis.kill();
    await database.drop();
    await pipeline.close();
  });

  async function start(chosen: ChosenSettings = {}): Promise<Program> {
    const { settings } = pipeline;
    const { connection } = database;
    register.clear();
    const house = houseOf(
      {
        CONTEXTS: ['entries'],
        ROLES: ALL_ROLES,
        ENTRIES_WRITE: 'behind',
        SERVER_PORT: 0,
        DB_HOST: connection.host,
        DB_PORT: connection.port,
        DB_USER: connection.user,
        DB_PASSWORD: connection.password,
        DB_NAME: connection.database,
        KAFKA_BROKERS: kafka.brokers.split(','),
        KAFKA_GROUP_ID: settings['KAFKA_GROUP_ID']!,
        KAFKA_PARTITIONS: 1,
        ENTRIES_TOPIC: settings['ENTRIES_TOPIC']!,
        ENTRIES_REHYDRATE_TOPIC: settings['ENTRIES_REHYDRATE_TOPIC']!,
        REDIS_URL: redis.url,
        ...chosen,
      },
      [entries],
    );
    const waybill = await Waybill.start(house, pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }));
    await waybill.whenReady();
    const { app } = waybill as unknown as { app: INestApplicationContext };
    const program = {
      writes: app.get(EntryWrites, { strict: false }),
      lookup: app.get(EntryLookup, { strict: false }),
      stop: async () => {
        programs = programs.filter((one) => one !== program);
        await waybill.stop();
      },
    };
    programs.push(program);
    return program;
  }

  const put = (key: string, value: string): EntryWrite => ({
    instance: 'i',
    key,
    content: { value: Buffer.from(value) },
  });
  const remove = (key: string): EntryWrite => ({ instance: 'i', key, content: undefined });
  const find = (program: Program, key: string): Promise<FoundEntry> =>
    program.lookup.find({ instance: 'i', key });
  const shown = async (program: Program, key: string): Promise<string | undefined> =>
    (await find(program, key)).entry?.body.toString();
  const rows = (): Promise<Row[]> =>
    database.rows<Row>(
      `SELECT convert_from(key, 'UTF8') AS key, version::int, convert_from(value, 'UTF8') AS value
         FROM entries.cache_entries ORDER BY key`,
    );
  const become = (expected: Row[]): Promise<void> =>
    eventually(async () => expect(await rows()).toEqual(expected), WAIT);
  const letters = (): Promise<{ reason: string; state: string }[]> =>
    database.rows('SELECT reason, state FROM dead_letters ORDER BY id');
  const sendRaw = (
    key: string,
    value: string | null,
    headers: Record<string, string> = {},
  ): Promise<number> =>
    pipeline.send(
      [{ key: storageKeyOf({ instance: 'i', key }), value, headers }],
      pipeline.settings['ENTRIES_TOPIC'],
    );

  it('are read at once by who has written, without a version, and with it once they are stored', async () => {
    const program = await start();
    const { writes } = program;
    expect(await writes.write(put('a', '{"x": 1.0}'), BYTES)).toEqual({ outcome: 'accepted' });
    const body = await shown(program, 'a');
    expect(JSON.parse(body!)).toMatchObject({ key: 'a', value: { x: 1 } });
    await become([{ key: 'a', version: 1, value: '{"x": 1.0}' }]);
    await eventually(async () => expect((await find(program, 'a')).entry?.etag).toMatch(/^"1-\d+"$/), WAIT);

    expect(await writes.write(remove('a'), 0)).toEqual({ outcome: 'accepted' });
    expect(await shown(program, 'a')).toBeUndefined();
    await become([{ key: 'a', version: 2, value: null }]);
    expect(await shown(program, 'a')).toBeUndefined();

    const many = Array.from({ length: 100 }, (_, index) =>
      put(`k${String(index).padStart(2, '0')}`, String(index)),
    );
    expect(new Set((await writes.writeAll(many, BYTES)).map(({ outcome }) => outcome))).toEqual(
      new Set(['accepted']),
    );
    for (const { key } of many) expect(await shown(program, key)).toContain(`"key":"${key}"`);
    await eventually(async () => expect(await rows()).toHaveLength(101), WAIT);
    expect(await letters()).toEqual([]);
  });

  it('are shown by other processes out of Redis, and by none any more once they are stored', async () => {
    const [one, other] = [await start({ ROLES: WITHOUT_WORKER }), await start({ ROLES: WITHOUT_WORKER })];
    await one.writes.write(put('a', '1'), BYTES);
    for (const [program, from] of [
      [one, 'memory'],
      [other, 'redis'],
    ] as const) {
      const found = await find(program, 'a');
      expect(found.from).toBe(from);
      expect(found.entry).not.toHaveProperty('etag');
    }
    await one.writes.write(put('a', '2'), BYTES);
    expect(await shown(other, 'a')).toBe('{"key":"a","value":2}');
    await one.writes.write(remove('b'), 0);
    expect(await find(other, 'b')).toEqual({ entry: undefined, from: 'redis' });
    expect(await rows()).toEqual([]);

    await start({ ROLES: ['consumer', 'worker'] });
    await become([{ key: 'a', version: 2, value: '2' }]);
    for (const program of [one, other]) {
      await eventually(async () => expect((await find(program, 'a')).entry?.etag).toMatch(/^"2-/), WAIT);
    }
    const client = plainClient(redis.url);
    await client.connect();
    // Under a former epoch something may stand there still, which nobody reads.
    await eventually(async () => {
      const [row] = await database.rows<{ epoch: number }>('SELECT epoch FROM entries.redis_epoch');
      for (const key of await client.keys(`waybill:entries:${row!.epoch}:*:pending`)) {
        expect(await client.hExists(key, 'value'), key).toBe(0);
      }
    }, WAIT);
    client.destroy();
  });

  it('are stored once, also where all that the topic holds comes again', async () => {
    const { admin, settings } = pipeline;
    let program = await start();
    for (const value of ['1', '2', '3']) await program.writes.write(put('a', value), BYTES);
    await program.writes.write(remove('b'), 0);
    await program.writes.write(put('c', '1'), BYTES);
    await program.writes.write(remove('c'), 0);
    const stored = [
      { key: 'a', version: 3, value: '3' },
      { key: 'c', version: 2, value: null },
    ];
    await become(stored);
    await program.stop();
    const topic = settings['ENTRIES_TOPIC']!;
    await admin.resetOffsets({ groupId: `${settings['KAFKA_GROUP_ID']!}.entries`, topic, earliest: true });
    program = await start();
    await program.writes.write(put('d', '1'), BYTES);
    await become([...stored, { key: 'd', version: 1, value: '1' }]);
  });

  it('that are refused become letters, and a replay does not win over what was written since', async () => {
    const program = await start();
    await program.writes.write(put('first', '0'), BYTES);
    await become([{ key: 'first', version: 1, value: '0' }]);
    await database.rows(
      `ALTER TABLE entries.cache_entries ADD CONSTRAINT no_thirteen CHECK (value <> '13'::bytea)`,
    );
    await program.writes.write(put('a', '13'), BYTES);
    await program.writes.write(put('b', '13'), BYTES);
    await program.writes.write(put('a', '14'), BYTES);
    await eventually(async () => expect(await letters()).toHaveLength(2), WAIT);
    await become([
      { key: 'a', version: 1, value: '14' },
      { key: 'first', version: 1, value: '0' },
    ]);
    await database.rows('ALTER TABLE entries.cache_entries DROP CONSTRAINT no_thirteen');
    expect(await new DeadLetterReplays(database.database).matching({})).toBe(2);
    await become([
      { key: 'a', version: 1, value: '14' },
      { key: 'b', version: 1, value: '13' },
      { key: 'first', version: 1, value: '0' },
    ]);
    expect((await letters()).map(({ state }) => state)).toEqual(['replayed', 'replayed']);
  });

  it('of others are judged, and what can never be stored says why', async () => {
    await start();
    await sendRaw('json', '[1, 2');
    await sendRaw('version', '1', { [ENTRY_HEADERS.version]: 'x' });
    await sendRaw('bytes', '\0', { [ENTRY_HEADERS.contentType]: 'image/png' });
    await sendRaw('ttl', '1', { [ENTRY_HEADERS.ttl]: '-1' });
    await sendRaw('large', `"${'x'.repeat(1_048_576)}"`);
    await pipeline.send([{ key: 'a/b/c', value: '1' }], pipeline.settings['ENTRIES_TOPIC']);
    await pipeline.send([{ key: null, value: '1' }], pipeline.settings['ENTRIES_REHYDRATE_TOPIC']);
    await eventually(async () => expect(await letters()).toHaveLength(6), WAIT);
    const reasons = (await letters()).map(({ reason }) => reason);
    for (const reason of [
      /^the value must be JSON/,
      /^entry_version must be a whole number/,
      /^entry_ttl must be a whole number/,
      /^the value must have at most 1048576 bytes/,
      /^the key must be an instance and a key/,
      /^must be a JSON object/,
    ]) {
      expect(reasons).toContainEqual(expect.stringMatching(reason));
    }
    expect(await database.rows('SELECT content_type FROM entries.cache_entries')).toEqual([
      { content_type: 'image/png' },
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metric } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { useTier } from '../support/tiers.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const redis = useTier('redis');
const EPOCHS = 'waybill_entries_redis_epochs_total';

describe.skipIf(redis.skipped)('the epochs of entries in Redis', () => {
  let database: TestDatabase;
  let stays: WaybillProcess;

  const start = () => {
    const { host, port, user, password, database: name } = database.connection;
    const own = {
      DB_HOST: host,
      DB_PORT: String(port),
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: name,
    };
    return startWaybill({ env: { CONTEXTS: 'entries', REDIS_URL: redis.url, ...own } });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    stays = await start();
  });
  afterAll(async () => {
    await stays?.stop();
    await database?.drop();
  });

  it('are counted by whoever hears that another process has ended without leaving', async () => {
    const stops = await start();
    const before = await metric(stays.url, EPOCHS);
    await stops.stop();
    const ends = await start();
    expect(await metric(stays.url, EPOCHS)).toBe(before);
    await ends.kill();
    await eventually(async () => expect(await metric(stays.url, EPOCHS)).toBe(before + 1));
  });
});

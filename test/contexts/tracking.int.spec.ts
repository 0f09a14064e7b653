import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { tracking } from '../../src/tracking/tracking.module.js';
import type { Waybill } from '../../src/waybill.js';
import { ask } from '../e2e/api.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';
import { trackingConformance } from './tracking.conformance.js';

trackingConformance('the loopback', () => ({}));

describe('the webhook of carriers', () => {
  const [OLD, NEW] = [7, 8].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`) as [
    string,
    string,
  ];
  const BODY = JSON.stringify({
    event_id: 'e1',
    track_number: 'T',
    type: 'lost',
    occurred_at: '2026-01-02T03:04:05Z',
  });
  let database: WaybillDatabase;
  let waybill: Waybill;

  afterEach(async () => {
    await waybill.stop();
    await database.drop();
  });

  async function start(secrets: string[]): Promise<void> {
    database = await openWaybillDatabase();
    waybill = await startContexts(database, { TRACKING_WEBHOOK_SECRETS: secrets }, [tracking]);
  }
  const statusOf = async (body: string, headers: Record<string, string>): Promise<number> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    return (await ask(`${waybill.url}/api/tracking/events`, init)).status;
  };
  const signature = (secret: string): Record<string, string> => {
    const now = new Date();
    return {
      'webhook-id': 'm1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('m1', now, BODY),
    };
  };

  it('takes what is signed with one of its secrets, and nothing else', async () => {
    await start([OLD, NEW]);
    expect(await statusOf(BODY, {})).toBe(401);
    expect(await statusOf(BODY.replace('lost', 'returned'), signature(NEW))).toBe(401);
    expect(await database.rows('SELECT FROM tracking.events')).toEqual([]);
    expect(await statusOf(BODY, signature(OLD))).toBe(201);
    expect(await statusOf(BODY, signature(NEW))).toBe(200);
  });

  it('takes requests of its own machine alone, where it has no secret', async () => {
    await start([]);
    expect(await statusOf(BODY, { 'x-forwarded-for': '127.0.0.1' })).toBe(403);
    expect(await statusOf(BODY, {})).toBe(201);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../e2e/api.js';
import { expectEndedLives } from '../support/ended-lives.js';
import { eventually } from '../support/eventually.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';
import { runWaybill, SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('waybill simulate over Kafka', () => {
  const env = { ...ownTopics(kafka.brokers).settings, ...SHOP };
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill({ env });
  });
  afterAll(() => waybill?.stop());

  it('leads lives to the ends that their plans have, and asks the API for what no topic takes', async () => {
    const line = `--rate 20/s --for 3s --life 2s --seed 11 --api ${waybill.url}`;
    const { code, stdout } = await runWaybill({ command: ['simulate', ...line.split(' ')], env });
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
    const customers = await eventually(() => expectEndedLives(waybill.url, 60), { timeoutMs: 45_000 });
    expect(customers.size).toBeGreaterThan(8);
    expect(stdout).toMatch(/^orders +60, /m);
    expect(stdout).toMatch(/^lives +60 led to their end, 0 cut off$/m);
    expect((await ask(`${waybill.url}/api/dead-letters`)).text).toBe('[]');
  });
});

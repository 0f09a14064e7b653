import { describe, expect, it } from 'vitest';
import { answersOvertake } from '../faults/promos/freshness-runs.js';
import { measureFreshness } from '../faults/promos/freshness.js';
import type { PromosStage } from '../faults/promos/promos-stage.js';
import { SCENARIOS } from '../faults/promos/scenarios.js';
import { FRESH_WITHIN_MS } from '../faults/promos/user-readers.js';
import { Dice } from '../faults/dice.js';
import { findCommand } from '../support/debian-packages.js';
import { useTier } from '../support/tiers.js';
import { isToldAsPromised, usePromosStage } from './promos-in-redis.harness.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');

const TIMEOUT_MS = 120_000;
const CHANGES = 1_000;
const FEW_CHANGES = 100;
const CHANGES_A_SECOND = 250;
const CHANGES_LAST_MS = (CHANGES / CHANGES_A_SECOND) * 1_000;

describe.skipIf(tier.skipped ?? command === undefined)('users in Redis', { timeout: TIMEOUT_MS }, () => {
  let stage: PromosStage;
  usePromosStage(command, (opened) => (stage = opened));

  it.each(SCENARIOS.filter(({ isTimed }) => isTimed))('are told as promised: $name', (scenario) =>
    isToldAsPromised(stage, scenario),
  );

  it('are noticed to be told as they were where nobody tells of changes', async () => {
    await stage.client.query('ALTER TABLE promos.users DISABLE TRIGGER USER');
    try {
      const few = { changes: FEW_CHANGES, aSecond: CHANGES_A_SECOND };
      const { broken, oldestMs } = await measureFreshness(stage, few, new Dice(1));
      expect(oldestMs).toBeGreaterThan(FRESH_WITHIN_MS);
      expect(broken.join()).toMatch(/replaced \d{4} ms before.*in the end http/);
    } finally {
      await stage.client.query('ALTER TABLE promos.users ENABLE TRIGGER USER');
    }
  });

  it.each([
    ['while 64 readers ask', undefined],
    ['while PostgreSQL answers late, now more and now less', answersOvertake(CHANGES_LAST_MS)],
  ])(`are never told as they were a second after one of ${CHANGES} changes, %s`, async (_, meanwhile) => {
    const dice = new Dice(Date.now());
    const options = { changes: CHANGES, aSecond: CHANGES_A_SECOND, ...(meanwhile && { meanwhile }) };
    const freshness = await measureFreshness(stage, options, dice);
    expect(freshness.broken, `seed ${dice.seed}`).toEqual([]);
    expect([...freshness.unanswered]).toEqual([]);
    expect(freshness.changes).toBeGreaterThanOrEqual(CHANGES);
  });
});

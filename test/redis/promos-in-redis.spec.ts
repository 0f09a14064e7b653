import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askEach, askOnce } from '../faults/promos/callers.js';
import { Promises } from '../faults/promos/promises.js';
import { keyOf, type PromosStage } from '../faults/promos/promos-stage.js';
import { IN_SHORT } from '../faults/promos/scenario.js';
import { SCENARIOS } from '../faults/promos/scenarios.js';
import { heldInRedis, untilBothWell, untilWell } from '../faults/promos/well-again.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';
import { ANSWERED_WITHIN_MS, isToldAsPromised, usePromosStage } from './promos-in-redis.harness.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');

const TIMEOUT_MS = 120_000;
const TTL_MS = 3_600_000;
const JITTER_MS = TTL_MS / 10;
/** Until it is looked at. */
const PASSED_MS = 30_000;
const UNTIL_TOLD_MS = 50;

describe.skipIf(tier.skipped ?? command === undefined)('users in Redis', { timeout: TIMEOUT_MS }, () => {
  let stage: PromosStage;
  usePromosStage(command, (opened) => (stage = opened));

  const valueOf = (userId: string): Promise<string | null> =>
    stage.withRedis((redis) => redis.get(keyOf(userId)));
  const lifetimeOf = (userId: string): Promise<number> =>
    stage.withRedis((redis) => redis.pTTL(keyOf(userId)));

  it.each(SCENARIOS.filter(({ isTimed }) => !isTimed))('are told as promised: $name', (scenario) =>
    isToldAsPromised(stage, scenario),
  );

  it('stand there as JSON of three members', async () => {
    const [userId] = stage.take(1) as [string];
    await eventually(async () => {
      // Asked for while its change is being told, it is not put in.
      await stage.change([userId], '<b>"Hello"</b> & żółć 😀\n\u2028');
      await pause(UNTIL_TOLD_MS);
      await askOnce(stage.url, userId);
      expect(await valueOf(userId)).not.toBeNull();
    });
    const { deeplink } = stage.stored.get(userId)!;
    expect(await valueOf(userId)).toBe(
      `{"user_id":"${userId}","deeplink":"${deeplink.replace('&', String.raw`\u0026`)}",` +
        String.raw`"promo_message":"\u003cb\u003e\"Hello\"\u003c/b\u003e \u0026 żółć 😀\n\u2028"}`,
    );
  });

  it('are held for an hour and up to a tenth more or less, not all for the same time', async () => {
    const asked = stage.take(IN_SHORT.users);
    await askEach(stage.url, asked, IN_SHORT.callers);
    const userIds = await heldInRedis(stage, asked);
    const lifetimes = await Promise.all(userIds.map(lifetimeOf));
    for (const lifetimeMs of lifetimes) {
      expect(lifetimeMs).toBeGreaterThan(TTL_MS - JITTER_MS - PASSED_MS);
      expect(lifetimeMs).toBeLessThanOrEqual(TTL_MS + JITTER_MS);
    }
    // Of 200 evenly spread ones: all in half of the range would be a wonder.
    expect(Math.max(...lifetimes) - Math.min(...lifetimes)).toBeGreaterThan(JITTER_MS);
  });

  it('are held for good with PROMOS_CACHE_TTL_SECONDS=0', async () => {
    const forGood = await stage.addReplica('for-good', { PROMOS_CACHE_TTL_SECONDS: '0' });
    await forGood.start();
    await untilWell(stage, forGood.url);
    const asked = stage.take(IN_SHORT.callers);
    await askEach(forGood.url, asked);
    const userIds = await heldInRedis(stage, asked);
    expect(await Promise.all(userIds.map(lifetimeOf))).toEqual(userIds.map(() => -1));
    await forGood.kill();
  });

  it('that an operator puts there are told', async () => {
    const [userId] = stage.take(1) as [string];
    const put = { user_id: userId, deeplink: 'app://x?a=1&b=<2>', promo_message: 'by hand' };
    await stage.withRedis((redis) => redis.set(keyOf(userId), JSON.stringify(put)));
    const answer = await askOnce(stage.url, userId);
    expect([answer.status, answer.message, answer.user]).toEqual([200, 'ok:redis', put]);
  });

  it('that an operator puts there are told where the table has none', async () => {
    const put = { user_id: 'only-in-redis', deeplink: '', promo_message: 'x' };
    await stage.withRedis((redis) => redis.set(keyOf(put.user_id), JSON.stringify(put)));
    const answer = await askOnce(stage.url, put.user_id);
    expect([answer.message, answer.user]).toEqual(['ok:redis', put]);
  });

  it('that have changed while no program ran are not told as they were', async () => {
    const userIds = stage.take(IN_SHORT.callers);
    await askEach(stage.url, userIds);
    await heldInRedis(stage, userIds);
    await Promise.all(stage.replicas.map((replica) => replica.kill()));
    await stage.change(userIds, 'changed while nobody listened');
    await Promise.all(stage.replicas.map((replica) => replica.start()));
    const promises = new Promises(stage.stored, ANSWERED_WITHIN_MS);
    for (const url of [stage.url, stage.otherUrl]) {
      promises.check('after the start', await askEach(url, userIds), {
        messages: ['ok:postgres', 'ok:redis'],
      });
    }
    await untilBothWell(stage);
    expect(promises.broken()).toEqual([]);
  });

  it('that come to be are told of, though they were known to be absent', async () => {
    const userId = 'comes-to-be';
    for (const url of [stage.url, stage.otherUrl]) {
      expect((await askOnce(url, userId)).message).toBe('not found');
    }
    await stage.client.query('INSERT INTO promos.users (user_id) VALUES ($1)', [userId]);
    for (const url of [stage.url, stage.otherUrl]) {
      await eventually(async () => expect((await askOnce(url, userId)).status).toBe(200));
    }
  });
});

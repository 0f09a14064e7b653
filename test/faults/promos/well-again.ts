import { eventually } from '../../support/eventually.js';
import { askOnce } from './callers.js';
import { keyOf, type PromosStage } from './promos-stage.js';

/** How long a program may take until it uses a store again that is back. */
const BACK_WITHIN_MS = 15_000;
const PUT_IN_WITHIN_MS = 2_000;

/**
 * Resolves when a program reads from PostgreSQL, hears of changes, and puts into Redis what it has read.
 *
 * @returns for how long it was waited, in milliseconds
 * @throws NotInTimeError when it was not in time
 */
export async function untilWell(stage: PromosStage, url: string): Promise<number> {
  const startedAtMs = performance.now();
  await eventually(
    async () => {
      const [userId] = stage.take(1) as [string];
      const told = [await askOnce(url, userId), await askOnce(url, userId)].map(({ message }) => message);
      if (told.join() !== 'ok:postgres,ok:redis') throw new Error(`it says ${told.join(' and ')}`);
      await eventually(
        async () => {
          if ((await stage.countInRedis([userId])) === 0)
            throw new Error('Redis does not hold what was read');
        },
        { timeoutMs: 200 },
      );
    },
    { timeoutMs: BACK_WITHIN_MS },
  );
  return performance.now() - startedAtMs;
}

/** The same of both programs. */
export async function untilBothWell(stage: PromosStage): Promise<void> {
  await Promise.all([stage.url, stage.otherUrl].map((url) => untilWell(stage, url)));
}

/**
 * Those of some users that were just asked for which Redis holds. All of them mostly: what is read is put there behind the
 * answer, and left where Redis takes too long.
 *
 * @throws Error where it holds less than half of them
 */
export async function heldInRedis(stage: PromosStage, userIds: readonly string[]): Promise<string[]> {
  const find = async (): Promise<string[]> => {
    const held = await stage.withRedis((redis) => redis.mGet(userIds.map(keyOf)));
    return userIds.filter((_, index) => held[index] !== null);
  };
  await eventually(
    async () => {
      if ((await find()).length < userIds.length) throw new Error('Redis does not hold all of them');
    },
    { timeoutMs: PUT_IN_WITHIN_MS },
  ).catch(() => undefined);
  const held = await find();
  if (held.length < userIds.length / 2) throw new Error(`Redis holds ${held.length} of ${userIds.length}`);
  return held;
}

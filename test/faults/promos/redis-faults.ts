import { askEach, askOnce } from './callers.js';
import { keyOf } from './promos-stage.js';
import { BROKEN_VALUES } from './broken-values.js';
import type { PromosScenario } from './scenario.js';
import { heldInRedis, untilBothWell } from './well-again.js';
import type { UserAnswer } from './user-connection.js';
import { eventually } from '../../support/eventually.js';

const FROM_POSTGRES = { messages: ['ok:postgres'] };
const HELD = { messages: ['ok:redis'] };
/** Failures in a row after which Redis is not asked any more. */
const TO_OPEN_THE_BREAKER = 50;

export const REDIS_FAULTS: readonly PromosScenario[] = [
  {
    name: 'nothing fails',
    async run(stage, promises, { users, callers }) {
      const some = stage.take(users);
      promises.check('asked for the first time', await askEach(stage.url, some, callers), FROM_POSTGRES);
      promises.check('asked again', await askEach(stage.url, some, callers), HELD);
      const held = await heldInRedis(stage, some);
      promises.check('asked of the other program', await askEach(stage.otherUrl, held, callers), HELD);
    },
  },
  {
    name: 'Redis refuses connections',
    async run(stage, promises, { users, callers }) {
      const [held, ofOther, cold] = [stage.take(users), stage.take(users), stage.take(users)];
      await askEach(stage.url, held, callers);
      await askEach(stage.otherUrl, ofOther, callers);
      await stage.redis.kill();
      promises.check('held in memory', await askEach(stage.url, held, callers), HELD);
      promises.check('held in Redis alone', await askEach(stage.url, ofOther, callers), FROM_POSTGRES);
      promises.check('not held', await askEach(stage.url, cold, callers), FROM_POSTGRES);
      await stage.startRedis();
      await untilBothWell(stage);
    },
  },
  {
    name: 'Redis hangs',
    async run(stage, promises, { users, callers }) {
      const [held, ofOther] = [stage.take(users), stage.take(users)];
      await askEach(stage.url, held, callers);
      await askEach(stage.otherUrl, ofOther, callers);
      stage.redis.freeze();
      const first = await askEach(stage.url, stage.take(callers), callers);
      promises.check('not held, as it begins to hang', first, FROM_POSTGRES);
      await askEach(stage.url, stage.take(TO_OPEN_THE_BREAKER));
      const cold = await askEach(stage.url, stage.take(users), callers);
      promises.check('not held, after the breaker opened', cold, FROM_POSTGRES);
      promises.check('held in Redis alone', await askEach(stage.url, ofOther, callers), FROM_POSTGRES);
      promises.check('held in memory', await askEach(stage.url, held, callers), HELD);
      stage.redis.thaw();
      await untilBothWell(stage);
    },
  },
  {
    name: 'Redis is emptied, and comes back empty',
    async run(stage, promises, { users, callers }) {
      const some = stage.take(users);
      await askEach(stage.url, some, callers);
      await heldInRedis(stage, some);
      await stage.withRedis((redis) => redis.flushAll());
      const other = await askEach(stage.otherUrl, some, callers);
      promises.check('of the other program, after FLUSHALL', other, FROM_POSTGRES);
      await heldInRedis(stage, some);
      await stage.redis.kill();
      await stage.startRedis();
      await untilBothWell(stage);
      promises.check('held in memory, after the restart', await askEach(stage.url, some, callers), {
        messages: ['ok:redis', 'ok:postgres'],
      });
      const cold = await askEach(stage.url, stage.take(users), callers);
      promises.check('not held, after the restart', cold, FROM_POSTGRES);
    },
  },
  {
    name: 'Redis comes back with old data',
    async run(stage, promises, { users, callers }) {
      const [changedBefore, changedMeanwhile] = [stage.take(users), stage.take(users)];
      const both = [...changedBefore, ...changedMeanwhile];
      for (const url of [stage.url, stage.otherUrl]) await askEach(url, both, callers);
      await heldInRedis(stage, both);
      await stage.withRedis((redis) => redis.sendCommand(['SAVE']));
      await stage.change(changedBefore, 'changed before Redis ended');
      await eventually(async () => {
        const held = await stage.countInRedis(changedBefore);
        if (held > 0) throw new Error(`Redis still holds ${held} that have changed`);
      });
      await stage.redis.kill();
      await stage.change(changedMeanwhile, 'changed while Redis was away');
      await stage.startRedis();
      const right = { messages: ['ok:postgres', 'ok:redis'] };
      for (const url of [stage.url, stage.otherUrl]) {
        promises.check('as it comes back', await askEach(url, both, callers), right);
      }
      await untilBothWell(stage);
      for (const url of [stage.url, stage.otherUrl]) {
        promises.check('once it is used again', await askEach(url, both, callers), right);
      }
      await stage.withRedis(async (redis) => {
        for (const userId of both) {
          const value = await redis.get(keyOf(userId));
          const { promo_message } = stage.stored.get(userId)!;
          promises.holds(
            'what Redis holds in the end',
            value === null || String(value).includes(promo_message),
            `${userId}: ${String(value)}`,
          );
        }
      });
      stage.forgetSnapshot();
    },
  },
  {
    name: 'Redis holds what cannot be believed',
    async run(stage, promises) {
      const answers: UserAnswer[] = [];
      for (const [what, put] of BROKEN_VALUES) {
        const [userId, otherId] = stage.take(2) as [string, string];
        await stage.withRedis((redis) => put(redis, keyOf(userId), otherId));
        const answer = await askOnce(stage.url, userId);
        answers.push(answer);
        promises.judge(what, [answer], FROM_POSTGRES);
        await eventually(async () => {
          const value = await stage.withRedis((redis) => redis.get(keyOf(userId)));
          if (!String(value).startsWith(`{"user_id":"${userId}",`)) throw new Error(String(value));
        }).catch((error: Error) => promises.holds(`${what}, mended`, false, error.message.slice(0, 200)));
      }
      promises.tell(`of ${BROKEN_VALUES.length} kinds one`, answers);
    },
  },
];

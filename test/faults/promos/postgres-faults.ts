import { askEach, askOnce } from './callers.js';
import type { PromosStage } from './promos-stage.js';
import type { PromosScale, PromosScenario } from './scenario.js';
import type { Promises } from './promises.js';
import type { UserAnswer } from './user-connection.js';
import { heldInRedis, untilBothWell, untilWell } from './well-again.js';

const FROM_POSTGRES = { messages: ['ok:postgres'] };
const HELD = { messages: ['ok:redis'] };
const NO_STORE = { messages: ['internal error'] };
const SLOW_MS = 100;
const LOST_QUERIES = 20;

/** What nobody can be told of but PostgreSQL, and what others hold. */
async function askWithoutPostgres(
  stage: PromosStage,
  promises: Promises,
  { users, callers }: PromosScale,
  begin: () => Promise<void>,
): Promise<void> {
  const [held, ofOther] = [stage.take(users), stage.take(users)];
  await askEach(stage.url, held, callers);
  await askEach(stage.otherUrl, ofOther, callers);
  const inRedis = await heldInRedis(stage, ofOther);
  await begin();
  const cold = stage.take(users);
  const first = await askEach(stage.url, cold.slice(0, callers), callers);
  promises.check('not held, as it begins', first, NO_STORE);
  promises.check('not held', await askEach(stage.url, cold, callers), NO_STORE);
  promises.check('held in memory', await askEach(stage.url, held, callers), HELD);
  promises.check('held in Redis alone', await askEach(stage.url, inRedis, callers), HELD);
}

export const POSTGRES_FAULTS: readonly PromosScenario[] = [
  {
    name: 'PostgreSQL refuses connections',
    async run(stage, promises, scale) {
      await askWithoutPostgres(stage, promises, scale, () => stage.wire.refuse());
      await stage.wire.accept();
      await untilBothWell(stage);
    },
  },
  {
    name: 'PostgreSQL hangs',
    async run(stage, promises, scale) {
      const few = { ...scale, users: scale.callers * 8 };
      await askWithoutPostgres(stage, promises, few, async () => stage.wire.mute());
      stage.wire.speak();
      await untilBothWell(stage);
    },
  },
  {
    name: 'PostgreSQL is slow',
    async run(stage, promises, { callers }) {
      const few = callers * 8;
      await askEach(stage.url, stage.take(few), callers);
      stage.wire.delayAnswers(SLOW_MS);
      const slow = await askEach(stage.url, stage.take(few), callers);
      // Look-ups that meet a new connection wait for several answers, which may be more than their time.
      promises.check(`not held, ${SLOW_MS} ms late`, slow, { messages: ['ok:postgres', 'internal error'] });
      const found = slow.filter(({ message }) => message === 'ok:postgres').length;
      promises.holds('nearly all are found', found > 0.9 * few, `${found} of ${few}`);
      stage.wire.delayAnswers(stage.requestTimeoutMs * 3);
      const tooSlow = await askEach(stage.url, stage.take(few), callers);
      promises.check('not held, late by three times the time', tooSlow, NO_STORE);
      stage.wire.delayAnswers(0);
      await untilBothWell(stage);
    },
  },
  {
    name: 'PostgreSQL is lost in mid-query',
    async run(stage, promises) {
      const userIds = stage.take(LOST_QUERIES);
      const lost: UserAnswer[] = [];
      const again: UserAnswer[] = [];
      for (const userId of userIds) {
        let isCut = false;
        stage.wire.arm((sent) => {
          if (isCut || !sent.includes(userId)) return undefined;
          isCut = true;
          return 'cut after the answer';
        });
        lost.push(await askOnce(stage.url, userId));
        promises.holds('the query was lost', stage.wire.trapped > 0, userId);
        stage.wire.disarm();
        again.push(await askOnce(stage.url, userId));
      }
      promises.check('whose query was lost', lost, { messages: ['ok:postgres'] });
      promises.check('asked again', again, { messages: ['ok:postgres', 'ok:redis'] });
      await untilBothWell(stage);
    },
  },
  {
    name: 'both stores are away when a program starts',
    async run(stage, promises, { callers }) {
      const late = await stage.addReplica('late');
      await stage.wire.refuse();
      await stage.redis.kill();
      await late.start({ ready: false });
      const cold = stage.take(callers * 8);
      promises.check('not held', await askEach(late.url, cold, callers), NO_STORE);
      await stage.wire.accept();
      await stage.startRedis();
      promises.note('well again after', await untilWell(stage, late.url));
      promises.check('asked again', await askEach(late.url, cold, callers), FROM_POSTGRES);
      await late.kill();
      await untilBothWell(stage);
    },
  },
];

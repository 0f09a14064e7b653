import { setTimeout as pause } from 'node:timers/promises';
import type { FreshnessOptions } from './freshness.js';
import { FRESH_WITHIN_MS } from './user-readers.js';
import type { PromosStage } from './promos-stage.js';

const CHANGES = 10_000;
const FEWER_CHANGES = 2_000;
const A_SECOND = 400;
const LATE_MS = [0, 60, 5, 80, 20];
const BETWEEN_DELAYS_MS = 7;
const ROUNDS = 4;
const AWAY_MS = 600;
/**
 * While PostgreSQL does not answer, what is held does, however it has changed meanwhile; so it may for a second after
 * PostgreSQL is back, until it is asked first again.
 */
const HELD_WITHIN_MS = AWAY_MS + 2 * FRESH_WITHIN_MS;

/** Does something, and undoes it, again and again. */
const rounds =
  (begin: (stage: PromosStage) => unknown, end: (stage: PromosStage) => unknown) =>
  async (stage: PromosStage): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      await pause(AWAY_MS);
      await begin(stage);
      await pause(AWAY_MS);
      await end(stage);
    }
  };

/** That a user has changed is heard before what was read of it before the change, and the other way round. */
export function answersOvertake(lastsMs: number): (stage: PromosStage) => Promise<void> {
  return async ({ wire }) => {
    const untilMs = performance.now() + lastsMs;
    for (let turn = 0; performance.now() < untilMs; turn++) {
      wire.delayAnswers(LATE_MS[turn % LATE_MS.length]!);
      await pause(BETWEEN_DELAYS_MS);
    }
    wire.delayAnswers(0);
  };
}

/** What happens while users change. */
export const FRESHNESS_RUNS: readonly (FreshnessOptions & { readonly name: string })[] = [
  { name: 'users change', changes: CHANGES, aSecond: A_SECOND },
  {
    name: 'users change, PostgreSQL answers late, now more and now less',
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: answersOvertake((FEWER_CHANGES / A_SECOND) * 1_000),
  },
  {
    name: 'users change, all connections to PostgreSQL break now and then',
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: rounds(
      ({ wire }) => wire.cutAll(),
      ({ wire }) => wire.cutAll(),
    ),
  },
  {
    name: 'users change, PostgreSQL cannot be reached now and then',
    freshWithinMs: HELD_WITHIN_MS,
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: rounds(
      ({ wire }) => wire.refuse(),
      ({ wire }) => wire.accept(),
    ),
  },
  {
    name: 'users change, PostgreSQL is not heard now and then',
    freshWithinMs: HELD_WITHIN_MS,
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: rounds(
      ({ wire }) => wire.mute(),
      ({ wire }) => wire.speak(),
    ),
  },
  {
    name: 'users change, Redis hangs now and then',
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: rounds(
      ({ redis }) => redis.freeze(),
      ({ redis }) => redis.thaw(),
    ),
  },
  {
    name: 'users change, Redis ends now and then, and comes back with what it had saved',
    changes: FEWER_CHANGES,
    aSecond: A_SECOND,
    meanwhile: async (stage) => {
      await rounds(
        async () => {
          await stage.withRedis((redis) => redis.sendCommand(['SAVE']));
          await pause(AWAY_MS / 2);
          await stage.redis.kill();
        },
        () => stage.startRedis(),
      )(stage);
      stage.forgetSnapshot();
    },
  },
];

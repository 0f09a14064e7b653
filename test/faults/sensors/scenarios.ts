import { setTimeout as pause } from 'node:timers/promises';
import type { SensorsStage } from './sensors-stage.js';

/** How much is sent and how long things last. */
export interface SensorsScale {
  readonly readings: number;
  readonly postgresAwayMs: number;
  readonly redisAwayMs: number;
  /** From a fault to the next, at most. */
  readonly betweenMs: number;
}

export const FULL: SensorsScale = {
  readings: 300_000,
  postgresAwayMs: 36_000,
  redisAwayMs: 20_000,
  betweenMs: 3_000,
};

/** The same in so many readings; what is away is so for as much shorter, but long enough to be noticed. */
export function scaledTo(readings: number): SensorsScale {
  const share = Math.min(1, readings / FULL.readings);
  return {
    readings,
    postgresAwayMs: Math.max(3_000, FULL.postgresAwayMs * share),
    redisAwayMs: Math.max(2_000, FULL.redisAwayMs * share),
    betweenMs: Math.max(500, FULL.betweenMs * share),
  };
}

/** Something that happens to readings of 1,000 sensors in one partition. */
export interface Scenario {
  readonly name: string;
  readonly forgottenSensors?: number;
  /** Sends all of them, starts the program, and resolves when whatever was away is there again. */
  run(stage: SensorsStage, scale: SensorsScale): Promise<void>;
}

const FORGOTTEN_SENSORS = 20;

async function calm({ dice }: SensorsStage, { betweenMs }: SensorsScale): Promise<void> {
  await pause(dice.between(betweenMs / 4, betweenMs));
}

/** What lasts for a while, and the program killed in the midst of it. */
async function killedMeanwhile(stage: SensorsStage, lastsMs: number): Promise<void> {
  const untilMs = performance.now() + lastsMs;
  await pause(stage.dice.between(lastsMs / 4, lastsMs / 2));
  await stage.kill();
  await pause(Math.max(0, untilMs - performance.now()));
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'all wait in one partition, and nothing fails',
    async run(stage, { readings }) {
      await stage.send(readings);
      await stage.startProgram();
    },
  },
  {
    name: 'PostgreSQL away, Redis away, killed five times',
    async run(stage, scale) {
      const { postgres, redis } = stage.services;
      await stage.startProgram();
      const sending = stage.send(scale.readings, scale.postgresAwayMs + scale.redisAwayMs);
      await stage.untilAtWork();
      await calm(stage, scale);
      await stage.kill();
      await calm(stage, scale);
      await postgres.goAway('immediate');
      await killedMeanwhile(stage, scale.postgresAwayMs);
      await postgres.comeBack();
      // In the midst of all that has come together.
      await calm(stage, scale);
      await stage.kill();
      await calm(stage, scale);
      await redis.kill();
      await killedMeanwhile(stage, scale.redisAwayMs);
      await redis.start();
      // While Redis is written anew.
      await pause(stage.dice.between(0, scale.betweenMs / 4));
      await stage.kill();
      await sending;
    },
  },
  {
    name: 'tombstones among them, killed twice',
    forgottenSensors: FORGOTTEN_SENSORS,
    async run(stage, scale) {
      const waiting = Math.floor(scale.readings / 2);
      await stage.send(waiting);
      await stage.startProgram();
      await stage.untilAtWork();
      await stage.kill();
      const sending = stage.send(scale.readings - waiting, 2 * scale.betweenMs);
      await calm(stage, scale);
      await stage.kill();
      await sending;
    },
  },
];

/** A little of everything, for `make test`. Whoever follows a process that was killed waits for the end of its session, 10 s. */
export const IN_SHORT: Scenario = {
  name: 'PostgreSQL and Redis away, killed once, tombstones',
  forgottenSensors: FORGOTTEN_SENSORS,
  async run(stage, scale) {
    const { postgres, redis } = stage.services;
    const waiting = Math.floor(scale.readings / 2);
    await stage.send(waiting);
    await stage.startProgram();
    await stage.untilAtWork();
    const sending = stage.send(scale.readings - waiting, scale.postgresAwayMs);
    await redis.kill();
    await postgres.goAway('immediate');
    await killedMeanwhile(stage, scale.postgresAwayMs);
    await postgres.comeBack();
    await redis.start();
    await sending;
  },
};

import { setTimeout as pause } from 'node:timers/promises';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Dice } from '../dice.js';
import type { EntriesReplica } from './entries-replica.js';
import type { EntriesServices } from './entries-services.js';
import type { EntriesStage } from './entries-stage.js';

const STANDS_STILL_MS = 2_000;
const SOON_MS = 1_000;
const TIMES = 5;
const LATE_MS = 80;

/** Something that befalls services or replicas while callers are at work. It leaves everything as it was. */
export interface EntriesFault {
  readonly name: string;
  /** @param awayMs how long it lasts, where nothing else says so */
  run(stage: EntriesStage, dice: Dice, awayMs: number): Promise<void>;
}

type OfServices = (services: EntriesServices) => unknown;
type OfReplica = (replica: EntriesReplica, dice: Dice) => unknown;

/** Begins, lasts and ends. */
const lasting = (name: string, begin: OfServices, end: OfServices, ms?: number): EntriesFault => ({
  name,
  async run({ services }, _, awayMs) {
    await begin(services);
    await pause(ms ?? awayMs);
    await end(services);
  },
});

/** The same of one replica alone. */
const ofOne = (name: string, begin: OfReplica, end: OfReplica, ms?: number): EntriesFault => ({
  name,
  async run(stage, dice, awayMs) {
    const replica = dice.pick(stage.replicas);
    await begin(replica, dice);
    await pause(ms ?? awayMs);
    await end(replica, dice);
  },
});

const onWire = (what: string, wireOf: (replica: EntriesReplica) => TcpProxy): readonly EntriesFault[] => [
  ofOne(
    `one replica cannot reach ${what}`,
    (replica) => wireOf(replica).refuse(),
    (replica) => wireOf(replica).accept(),
  ),
  ofOne(
    `one replica does not hear ${what}`,
    (replica) => wireOf(replica).mute(),
    (replica) => wireOf(replica).speak(),
  ),
  ofOne(
    `connections of one replica to ${what} say nothing more, and new ones are as usual`,
    (replica) => wireOf(replica).muteThoseThereAre(),
    (replica) => wireOf(replica).cutAll(),
  ),
  ofOne(
    `${what} answers one replica late`,
    (replica) => wireOf(replica).delayAnswers(LATE_MS),
    (replica) => wireOf(replica).delayAnswers(0),
  ),
];

async function stopAndStart({ name, program }: EntriesReplica): Promise<void> {
  const code = await program.stop();
  if (code !== 0) throw new Error(`replica ${name} ended with ${code}:\n${program.output()}`);
  await program.start();
}

const KILLS: readonly EntriesFault[] = [
  ofOne(
    'a replica is killed and started again',
    async ({ program }, dice) => {
      await program.kill();
      await pause(dice.between(0, SOON_MS));
    },
    ({ program }) => program.start(),
    0,
  ),
  ofOne('a replica is stopped and started again', stopAndStart, () => undefined, 0),
  ofOne(
    'a replica stands still',
    ({ program }) => program.freeze(),
    ({ program }) => program.wake(),
    STANDS_STILL_MS,
  ),
  {
    name: 'a replica is killed while Redis hangs',
    async run({ services, replicas }, dice) {
      const { program } = dice.pick(replicas);
      services.redis.freeze();
      await pause(dice.between(0, SOON_MS));
      await program.kill();
      await pause(dice.between(0, SOON_MS));
      services.redis.thaw();
      await program.start();
    },
  },
];

const REDIS: readonly EntriesFault[] = [
  lasting(
    'Redis is killed, and comes back empty',
    ({ redis }) => redis.kill(),
    (services) => services.startRedis(),
  ),
  lasting(
    'Redis hangs',
    ({ redis }) => redis.freeze(),
    ({ redis }) => redis.thaw(),
  ),
  {
    name: 'Redis forgets everything, again and again',
    async run({ services }, dice) {
      for (let time = 0; time < TIMES; time++) {
        await services.withRedis((client) => client.flushAll());
        await pause(dice.between(0, SOON_MS));
      }
    },
  },
  {
    name: 'Redis is killed, and comes back with what it was before',
    async run({ services }) {
      await services.saveRedis();
      await pause(SOON_MS);
      await services.redis.kill();
      await pause(SOON_MS);
      await services.startRedis();
      services.forgetSavedRedis();
    },
  },
  {
    name: 'Redis is killed, and is back at once with what it was before',
    async run({ services }) {
      await services.saveRedis();
      await pause(SOON_MS);
      await services.redis.kill();
      await services.startRedis();
      services.forgetSavedRedis();
    },
  },
];

const POSTGRES: readonly EntriesFault[] = [
  lasting(
    'PostgreSQL cannot be reached',
    ({ postgres }) => postgres.wire.refuse(),
    ({ postgres }) => postgres.wire.accept(),
  ),
  lasting(
    'PostgreSQL hangs',
    ({ postgres }) => postgres.wire.mute(),
    ({ postgres }) => postgres.wire.speak(),
  ),
  lasting(
    'PostgreSQL is killed and started again',
    ({ postgres }) => postgres.goAway('immediate'),
    ({ postgres }) => postgres.comeBack(),
    0,
  ),
  lasting(
    'answers to COMMIT are lost',
    ({ postgres }) => postgres.loseCommitAnswers(),
    ({ postgres }) => postgres.wire.disarm(),
    SOON_MS,
  ),
  {
    name: 'all connections to PostgreSQL break, again and again',
    async run({ services }, dice) {
      for (let time = 0; time < TIMES; time++) {
        services.postgres.wire.cutAll();
        await pause(dice.between(0, SOON_MS));
      }
    },
  },
];

const KAFKA: readonly EntriesFault[] = [
  lasting(
    'Kafka cannot be reached',
    ({ kafka }) => kafka.wire.refuse(),
    ({ kafka }) => kafka.wire.accept(),
  ),
  lasting(
    'Kafka is killed and started again',
    ({ kafka }) => kafka.goAway('immediate'),
    ({ kafka }) => kafka.comeBack(),
    SOON_MS,
  ),
];

export const FAULTS: readonly EntriesFault[] = [
  ...KILLS,
  ...REDIS,
  ...POSTGRES,
  ...KAFKA,
  ...onWire('PostgreSQL', ({ toPostgres }) => toPostgres),
  ...onWire('Redis', ({ toRedis }) => toRedis),
];

import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { poisonMessage } from './kafka-shop.js';
import type { Replica } from './replica.js';
import { poison, shopOrder, shopOrderOfBytes } from './shop.js';
import type { Load, Stage, StageOptions } from './stage.js';

/** How long things last, and how much comes in meanwhile: in the whole table, and in its short form. */
export interface Scale extends Load {
  /** Load before each fault, at most, so that it meets work of every kind. */
  readonly warmUpMs: number;
  readonly downMs: number;
  readonly slowMs: number;
  readonly silentMs: number;
}

/** Silent for longer than a connection waits for an answer, which is 30 s. */
export const FULL: Scale = {
  warmUpMs: 1_500,
  downMs: 20_000,
  slowMs: 20_000,
  silentMs: 40_000,
  messagesASend: 8,
  posters: 6,
  livesASend: 1,
};
export const SHORT: Scale = {
  warmUpMs: 1_000,
  downMs: 2_000,
  slowMs: 3_000,
  silentMs: 3_000,
  messagesASend: 3,
  posters: 3,
  livesASend: 1,
};

/** One thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** How often in the whole table; once in the short form, unless another fault there shows the same. */
  readonly times: number;
  readonly inShort?: false;
  /** In the short form it is brought about on orders alone: another fault of its kind there carries all topics. */
  readonly inShortOnOrders?: true;
  readonly stage?: StageOptions;
  /** Whether PostgreSQL and Kafka go on as before, so that others can be brought about beside it. */
  readonly sparesOthers?: true;
  /** Does it, under load, and resolves when it is over: what was away is there again. */
  inject(stage: Stage, scale: Scale): Promise<void>;
}

const MAX_MESSAGE_BYTES = 1_048_576;
const POISON_IN_A_ROW = 1_000;
/** The consumer's session timeout is 10 s. */
const FROZEN_MS = 12_000;
/** A program that is ready is not in its groups yet, nor is one that was woken. */
const JOINING_MS = 1_500;
/** Traps that spring this often have met the consumer, the relay and those who post. */
const CUTS = 6;
const TRAP_TIMEOUT_MS = 20_000;
const UNREADY_MS = 12_000;

const theReplica = ({ replicas }: Stage): Replica => replicas[0]!;

async function untilTrapped(
  stage: Stage,
  wire: { trapped: number; disarm(): void },
  times: number,
): Promise<void> {
  const deadline = Date.now() + TRAP_TIMEOUT_MS;
  while (wire.trapped < times && Date.now() < deadline) await pause(20);
  wire.disarm();
  if (wire.trapped === 0)
    stage.findings.add('unexpected answer', 'nothing went over the wire that could be cut');
}

async function stopCleanly(stage: Stage, replica: Replica): Promise<void> {
  const code = await replica.stop();
  if (code !== 0) stage.findings.add('unexpected answer', `exit code ${code} after SIGTERM`);
}

/** PostgreSQL away is no reason to restart the program. */
async function mustBeAlive(stage: Stage, replica: Replica): Promise<void> {
  if (!(await replica.isLive())) stage.findings.add('unexpected answer', '/health/live failed');
}

/** A client library tries by itself for a while before it says that its peer is away. */
async function mustNotBeReady(stage: Stage, replica: Replica): Promise<void> {
  const check = async (): Promise<void> => {
    if (await replica.isReady()) throw new Error('/health/ready goes on to say 200');
  };
  await eventually(check, { timeoutMs: UNREADY_MS }).catch((error: unknown) =>
    stage.findings.add('unexpected answer', (error as Error).message),
  );
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'the program killed (kill -9)',
    times: 20,
    sparesOthers: true,
    async inject(stage) {
      await pause(stage.dice.between(0, 1_500));
      await theReplica(stage).kill();
      await stage.lookAtOffsets();
      await theReplica(stage).start();
    },
  },
  {
    name: 'the program stopped (SIGTERM)',
    times: 10,
    inShortOnOrders: true,
    sparesOthers: true,
    async inject(stage) {
      await stopCleanly(stage, theReplica(stage));
      await stage.lookAtOffsets();
      await theReplica(stage).start();
    },
  },
  {
    name: 'PostgreSQL restarted, fast',
    times: 3,
    inShortOnOrders: true,
    async inject({ services }) {
      await services.postgres.goAway('fast');
      await services.postgres.comeBack();
    },
  },
  {
    name: 'PostgreSQL restarted, immediate',
    times: 3,
    inShortOnOrders: true,
    async inject({ services }) {
      await services.postgres.goAway('immediate');
      await services.postgres.comeBack();
    },
  },
  {
    name: 'PostgreSQL down',
    times: 3,
    async inject(stage, { downMs }) {
      const { postgres } = stage.services;
      await postgres.goAway('fast');
      await pause(downMs);
      await mustBeAlive(stage, theReplica(stage));
      await mustNotBeReady(stage, theReplica(stage));
      await postgres.comeBack();
    },
  },
  {
    name: 'PostgreSQL down when the program starts',
    times: 3,
    inShortOnOrders: true,
    async inject(stage, { downMs }) {
      const { postgres } = stage.services;
      await postgres.goAway('fast');
      await stopCleanly(stage, theReplica(stage));
      await theReplica(stage).start({ ready: false });
      await pause(downMs / 4);
      await mustBeAlive(stage, theReplica(stage));
      await mustNotBeReady(stage, theReplica(stage));
      await postgres.comeBack();
    },
  },
  {
    name: 'the program killed while PostgreSQL is down',
    times: 3,
    inShort: false,
    async inject(stage) {
      const { postgres } = stage.services;
      await postgres.goAway('immediate');
      await pause(2_000);
      await theReplica(stage).kill();
      await postgres.comeBack();
      await stage.lookAtOffsets();
      await theReplica(stage).start();
    },
  },
  {
    name: "PostgreSQL's backends terminated",
    times: 3,
    inShortOnOrders: true,
    async inject({ services, database }) {
      for (let round = 0; round < 3; round++) {
        await services.postgres.terminateBackends(database);
        await pause(300);
      }
    },
  },
  {
    name: 'connections to PostgreSQL cut in mid-statement',
    times: 3,
    async inject(stage) {
      const { postgres } = stage.services;
      postgres.cutInMidStatement();
      await untilTrapped(stage, postgres.wire, CUTS);
      postgres.wire.cutAll();
    },
  },
  {
    name: 'answers of PostgreSQL 2 s late',
    times: 3,
    inShortOnOrders: true,
    async inject({ services }, { slowMs }) {
      services.postgres.wire.delayAnswers(2_000);
      await pause(slowMs);
      services.postgres.wire.delayAnswers(0);
    },
  },
  {
    name: 'PostgreSQL silent, on connections that stay',
    times: 3,
    inShortOnOrders: true,
    async inject(stage, { silentMs }) {
      const { wire } = stage.services.postgres;
      wire.mute();
      await pause(silentMs);
      await mustBeAlive(stage, theReplica(stage));
      await mustNotBeReady(stage, theReplica(stage));
      wire.speak();
    },
  },
  {
    name: 'answers lost after the commit',
    times: 3,
    async inject(stage) {
      const { postgres } = stage.services;
      postgres.loseCommitAnswers();
      await untilTrapped(stage, postgres.wire, CUTS);
    },
  },
  {
    name: 'Kafka restarted',
    times: 3,
    inShortOnOrders: true,
    async inject({ services, dice }) {
      await services.kafka.goAway(dice.pick(['fast', 'immediate']));
      await services.kafka.comeBack();
    },
  },
  {
    name: 'Kafka down',
    times: 3,
    async inject(stage, { downMs }) {
      const { kafka } = stage.services;
      await kafka.goAway('immediate');
      await pause(downMs);
      await mustBeAlive(stage, theReplica(stage));
      await mustNotBeReady(stage, theReplica(stage));
      await kafka.comeBack();
    },
  },
  {
    name: 'Kafka down when the program starts',
    times: 3,
    inShortOnOrders: true,
    async inject(stage, { downMs }) {
      const { kafka } = stage.services;
      await stopCleanly(stage, theReplica(stage));
      await kafka.goAway('fast');
      await theReplica(stage).start({ ready: false });
      await pause(downMs / 4);
      await mustBeAlive(stage, theReplica(stage));
      await mustNotBeReady(stage, theReplica(stage));
      await kafka.comeBack();
    },
  },
  {
    name: 'the program stopped while Kafka is down',
    times: 3,
    inShort: false,
    async inject(stage) {
      const { kafka } = stage.services;
      await kafka.goAway('immediate');
      await stopCleanly(stage, theReplica(stage));
      await kafka.comeBack();
      await theReplica(stage).start();
    },
  },
  {
    name: 'connections to Kafka cut in mid-publish',
    times: 3,
    async inject(stage) {
      const { kafka } = stage.services;
      kafka.cutInMidPublish();
      await untilTrapped(stage, kafka.wire, 3);
      kafka.wire.cutAll();
    },
  },
  {
    name: '1 to 3 to 1 replicas, one frozen and woken',
    times: 3,
    sparesOthers: true,
    stage: { replicas: 1, spare: 2 },
    async inject(stage) {
      const [, second, third] = stage.replicas;
      await Promise.all([second!.start(), third!.start()]);
      await pause(JOINING_MS);
      second!.freeze();
      await pause(FROZEN_MS);
      second!.wake();
      await pause(JOINING_MS);
      await stopCleanly(stage, third!);
      await stopCleanly(stage, second!);
    },
  },
  {
    name: 'Redis killed and restarted',
    times: 3,
    inShortOnOrders: true,
    sparesOthers: true,
    stage: { replicas: 2, redis: true },
    async inject({ services }) {
      await services.redis.kill();
      await pause(2_000);
      await services.redis.start();
    },
  },
  {
    name: 'largest message, one too large, 1,000 poison',
    times: 1,
    inShortOnOrders: true,
    sparesOthers: true,
    async inject({ kafka, http, database, dice }) {
      const name = `${database.slice(-8)}-${dice.below(1_000_000)}`;
      const largest = shopOrderOfBytes(`${name}-largest`, MAX_MESSAGE_BYTES);
      await kafka.send([{ key: largest.order_uid, value: JSON.stringify(largest) }]);
      await http.deliver(shopOrderOfBytes(`${name}-largest-http`, MAX_MESSAGE_BYTES));
      const tooLarge = JSON.stringify(shopOrderOfBytes(`${name}-too-large`, MAX_MESSAGE_BYTES + 1));
      await kafka.send([poisonMessage(Buffer.from(tooLarge))]);
      const row = Array.from({ length: POISON_IN_A_ROW }, (_, number) => poisonMessage(poison(number)));
      const neighbour = shopOrder(`${name}-neighbour`, 1);
      await kafka.send(
        [...row, { key: neighbour.order_uid, value: JSON.stringify(neighbour) }].map((message) => ({
          ...message,
          partition: 0,
        })),
      );
    },
  },
];

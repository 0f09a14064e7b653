import { AssignerProtocol, Kafka, logLevel, PartitionAssigners, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { lagConformance } from '../conformance/lag.conformance.js';
import { transportConformance } from '../conformance/transport.conformance.js';
import {
  freshTopics,
  type Program,
  startProgram,
  type TestTopics,
  textOf,
} from '../conformance/transport.harness.js';
import type { HealthReport } from '../../src/platform/health/health.js';
import { headerTexts } from '../support/header-texts.js';
import { useTier } from '../support/tiers.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const WAIT = { timeout: 40_000, interval: 20 };
const kafka = useTier('kafka');
/** A way of sharing partitions that no one else knows. */
const foreign = {
  name: 'Foreign',
  protocol: ({ topics }: { topics: string[] }) => ({
    name: 'Foreign',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
};
const settings = { KAFKA_BROKERS: kafka.brokers.split(',') };

describe.skipIf(kafka.skipped)('on a real broker', () => {
  transportConformance('Kafka', () => ({ settings, reachesOtherProcesses: true }));
  lagConformance('Kafka', () => settings);

  describe('Kafka', () => {
    const client = new Kafka({ brokers: settings.KAFKA_BROKERS, logLevel: logLevel.NOTHING });
    const producer: Producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const admin = client.admin();
    let house: WaybillDatabase;
    let topics: TestTopics;
    let programs: Program[];

    beforeAll(async () => {
      await Promise.all([producer.connect(), admin.connect()]);
    });
    afterAll(async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    });
    beforeEach(async () => {
      house = await openWaybillDatabase();
      topics = freshTopics();
      programs = [];
    });
    afterEach(async () => {
      for (const program of programs) await program.stop();
      await house.drop();
    });

    async function start(more: object = {}): Promise<Program> {
      const program = await startProgram({
        database: house.database,
        topics,
        settings: { ...settings, ...more },
      });
      programs.push(program);
      return program;
    }

    /** Offset that the group goes on from, summed over the partitions; -1 stands for none. */
    async function committed(): Promise<number> {
      const [topic] = await admin.fetchOffsets({ groupId: topics.group, topics: [topics.letters] });
      return topic!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    }

    it('creates the topics that are not there, with the partitions that the settings name', async () => {
      await start({ KAFKA_PARTITIONS: 3 });
      const { topics: found } = await admin.fetchTopicMetadata({
        topics: [topics.letters, topics.deadLetters],
      });
      expect(found.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
    });

    it('brings null, empty and binary keys, values and headers as they came', async () => {
      const { handlers } = await start({ KAFKA_PARTITIONS: 1 });
      const bytes = Buffer.from([0, 255, 254, 128]);
      await producer.send({
        topic: topics.letters,
        messages: [
          { key: 'tombstone', value: null },
          { key: 'empty', value: Buffer.alloc(0) },
          { key: null, value: 'no key' },
          { key: bytes, value: bytes, headers: { binary: bytes, none: '' } },
        ],
      });
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(4), WAIT);
      const [tombstone, empty, keyless, binary] = handlers.handled;
      expect(tombstone).toMatchObject({ value: null, offset: 0 });
      expect(empty).toMatchObject({ value: Buffer.alloc(0), offset: 1 });
      expect(keyless).toMatchObject({ key: null, value: Buffer.from('no key'), offset: 2 });
      expect(binary).toMatchObject({
        key: bytes,
        value: bytes,
        headers: [
          { name: 'binary', value: bytes },
          { name: 'none', value: Buffer.alloc(0) },
        ],
      });
    });

    it('keeps a binary key and a tombstone in the dead letters, and sends their copy', async () => {
      const { handlers } = await start();
      handlers.onLetters = () => Promise.reject(Object.assign(new Error('no'), { code: '22P02' }));
      const key = Buffer.from([0, 255, 128]);
      await producer.send({ topic: topics.letters, messages: [{ key, value: null }] });
      await vi.waitFor(() => expect(handlers.deadLetterCopies).toHaveLength(1), WAIT);
      expect(await house.rows('SELECT key, value FROM dead_letters')).toEqual([{ key, value: null }]);
    });

    it('begins with what stood in the topic before the group first met', async () => {
      await admin.createTopics({
        topics: [{ topic: topics.letters, numPartitions: 2 }],
        waitForLeaders: true,
      });
      await producer.send({ topic: topics.letters, messages: [{ key: 'a', value: 'early' }] });
      const { handlers } = await start();
      await vi.waitFor(() => expect(handlers.handledTexts()).toEqual(['early']), WAIT);
    });

    it('commits no offset while the batch fails, and its end once it is done', async () => {
      const { handlers } = await start({ KAFKA_PARTITIONS: 1 });
      let broken = true;
      handlers.onLetters = () =>
        broken ? Promise.reject(Object.assign(new Error('away'), { code: '57P01' })) : Promise.resolve();
      const messages = Array.from({ length: 30 }, (_, n) => ({ key: 'a', value: `a${n}` }));
      await producer.send({ topic: topics.letters, messages });
      await vi.waitFor(() => expect(handlers.batches.length).toBeGreaterThan(2), WAIT);
      expect(await committed()).toBe(0);
      broken = false;
      await vi.waitFor(async () => expect(await committed()).toBe(30), WAIT);
      expect(handlers.handledTexts()).toEqual(messages.map(({ value }) => value));
    });

    it('hands over no more at once than the settings allow, and commits part by part', async () => {
      const { handlers } = await start({ CONSUMER_BATCH_MAX_EVENTS: 10, KAFKA_PARTITIONS: 1 });
      let finish = (): void => undefined;
      handlers.onLetters = (events) =>
        textOf(events[0]!) === 'a20' ? new Promise<void>((resolve) => (finish = resolve)) : Promise.resolve();
      const messages = Array.from({ length: 25 }, (_, n) => ({ key: 'a', value: `a${n}` }));
      await producer.send({ topic: topics.letters, messages });
      await vi.waitFor(() => expect(handlers.batches).toHaveLength(3), WAIT);
      await vi.waitFor(async () => expect(await committed()).toBe(20), WAIT);
      finish();
      await vi.waitFor(async () => expect(await committed()).toBe(25), WAIT);
      expect(handlers.batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    });

    it('does not hold up a partition for another one that fails', async () => {
      await admin.createTopics({
        topics: [{ topic: topics.letters, numPartitions: 2 }],
        waitForLeaders: true,
      });
      const { handlers } = await start();
      let broken = true;
      handlers.onLetters = async (events) => {
        if (broken && events[0]!.partition === 0) {
          throw Object.assign(new Error('deadlock'), { code: '40P01' });
        }
      };
      const of = (partition: number): { partition: number; value: string }[] =>
        Array.from({ length: 3 }, (_, n) => ({ partition, value: `${partition}/${n}` }));
      await producer.send({ topic: topics.letters, messages: [...of(0), ...of(1)] });
      await vi.waitFor(() => expect(handlers.handledTexts()).toEqual(['1/0', '1/1', '1/2']), WAIT);
      broken = false;
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(6), WAIT);
      expect(handlers.handledTexts().slice(3)).toEqual(['0/0', '0/1', '0/2']);
    });

    it('fetches on for the others while one fails, which keeps its attempts and commits nothing', async () => {
      await admin.createTopics({
        topics: [{ topic: topics.letters, numPartitions: 2 }],
        waitForLeaders: true,
      });
      const { handlers } = await start({ CONSUMER_MAX_ATTEMPTS: 3 });
      let broken = true;
      let bugs = 0;
      handlers.onLetters = async (events) => {
        if (events[0]!.partition !== 0) return;
        if (textOf(events[0]!) === 'bug') {
          bugs++;
          throw new TypeError('undefined is not a function');
        }
        if (broken) throw Object.assign(new Error('row is locked'), { code: '55P03' });
      };
      const send = (partition: number, value: string): Promise<unknown> =>
        producer.send({ topic: topics.letters, messages: [{ partition, value }] });
      await send(0, 'stuck');
      await vi.waitFor(() => expect(handlers.batches.length).toBeGreaterThan(1), WAIT);
      for (const value of ['first', 'second', 'third']) {
        await send(1, value);
        await vi.waitFor(() => expect(handlers.handledTexts()).toContain(value), WAIT);
      }
      await vi.waitFor(async () => expect(await committed()).toBe(3), WAIT);
      await send(0, 'bug');
      broken = false;
      await vi.waitFor(async () => expect(await committed()).toBe(5), WAIT);
      expect(handlers.handledTexts()).toEqual(['first', 'second', 'third', 'stuck']);
      expect(bugs).toBe(3);
      expect(
        await house.rows('SELECT attempts, convert_from(value, $$UTF8$$) AS value FROM dead_letters'),
      ).toEqual([{ attempts: 3, value: 'bug' }]);
    });

    it('hands its partitions over to a newcomer without losing or reordering anything', async () => {
      const first = await start();
      const keys = Array.from({ length: 8 }, (_, n) => `key${n}`);
      const count = 40;
      let sent = 0;
      const sending = (async () => {
        for (; sent < count; sent++) {
          const n = sent;
          await producer.send({
            topic: topics.letters,
            messages: keys.map((key) => ({ key, value: `${key}:${n}` })),
          });
        }
      })();
      await vi.waitFor(() => expect(first.handlers.handled.length).toBeGreaterThan(0), WAIT);
      const second = await start();
      await sending;
      const handled = (): Set<string> =>
        new Set([...first.handlers.handledTexts(), ...second.handlers.handledTexts()]);
      await vi.waitFor(() => expect(handled().size).toBe(keys.length * count), WAIT);
      for (const program of [first, second]) {
        for (const key of keys) {
          const steps = program.handlers
            .handledTexts()
            .filter((text) => text.startsWith(`${key}:`))
            .map((text) => Number(text.split(':')[1]));
          expect(steps).toEqual([...steps].sort((a, b) => a - b));
        }
      }
    });

    it('sends a message that is too large for its topic without its value, and all that stand behind it', async () => {
      await admin.createTopics({
        topics: [
          {
            topic: topics.letters,
            numPartitions: 1,
            configEntries: [{ name: 'max.message.bytes', value: '20000' }],
          },
        ],
        waitForLeaders: true,
      });
      const { handlers, send } = await start();
      const message = (value: string): { topic: string; key: string; value: string } => ({
        topic: topics.letters,
        key: 'a',
        value,
      });
      await send(message('before'), message('x'.repeat(50_000)), message('after'));
      await vi.waitFor(() => expect(handlers.handledTexts()).toContain('after'), WAIT);
      expect(handlers.handledTexts()).toEqual(['before', '', 'after']);
      expect(headerTexts(handlers.handled[1]!.headers)).toHaveProperty('value_omitted');
    });

    it('tells that only a new process helps when its consumer crashed for good', async () => {
      await admin.createTopics({ topics: [{ topic: topics.letters }], waitForLeaders: true });
      // A member that knows no way of sharing that we know as well: the group refuses us, and kafkajs gives up.
      const alien = client.consumer({
        groupId: topics.group,
        partitionAssigners: [(cluster) => ({ ...PartitionAssigners.roundRobin(cluster), ...foreign })],
      });
      // A broker that has just started may refuse it at first, and `run` says nothing of that.
      const joined = new Promise((resolve) => alien.on('consumer.group_join', resolve));
      try {
        await alien.connect();
        await alien.subscribe({ topics: [topics.letters] });
        await alien.run({ eachMessage: () => Promise.resolve() });
        await joined;
        let report: HealthReport | undefined;
        const program = await startProgram({
          database: house.database,
          topics,
          settings,
          until: (health) => vi.waitFor(() => expect((report = health.live()).status).toBe('down'), WAIT),
        });
        programs.push(program);
        expect(report?.parts['consumer']?.detail).toMatch(/^crashed and will not come back: .*protocol/i);
      } finally {
        await alien.disconnect();
      }
    });
  });
});

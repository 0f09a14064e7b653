import { KafkaJSNumberOfRetriesExceeded } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryHouse, redisCommand } from '../../../test/entries/entry-house.js';
import type { EntryReplica } from '../../../test/entries/entry-replica.js';
import { useTier } from '../../../test/support/tiers.js';
import { problemOf } from '../../platform/http/problem.filter.js';
import { knownFailures } from '../../platform/known-failures.js';
import type { EntryWrite } from '../model/entry-write.js';
import type { QueuedWrite } from '../model/queued-write.js';
import type { EntryMessages } from '../producer/entry-messages.js';
import { EntryQueue } from './entry-queue.js';

const redis = useTier('redis');
const failures = knownFailures();
/** Kafka has ten. */
const GIVEN_UP_AFTER = 11_000;

/** What stands for the topic. */
class Topic {
  readonly sends: (readonly QueuedWrite[])[] = [];
  /** What Kafka does with the next send. */
  answer: () => Promise<void> = () => Promise.resolve();

  async send(writes: readonly QueuedWrite[]): Promise<void> {
    this.sends.push(writes);
    await this.answer();
  }
}

const put = (key: string, value: string): EntryWrite => ({
  instance: 'i',
  key,
  content: { value: Buffer.from(JSON.stringify(value)) },
});
const remove = (key: string): EntryWrite => ({ instance: 'i', key, content: undefined });

describe.skipIf(redis.skipped ?? redisCommand === undefined)('writes that are queued', () => {
  let house: EntryHouse;
  let topic: Topic;
  let one: EntryReplica;
  let other: EntryReplica;
  let queue: EntryQueue;

  beforeEach(async () => {
    house = await EntryHouse.open();
    topic = new Topic();
    one = await house.start({ ENTRIES_WRITE: 'behind' });
    other = await house.start({ ENTRIES_WRITE: 'behind' });
    queue = new EntryQueue(topic as unknown as EntryMessages, one.cache, failures);
  });
  afterEach(() => house.close());

  const add = (...writes: EntryWrite[]): Promise<void> => queue.add(writes, 10);
  const statusOf = (error: unknown): number => problemOf(error, failures).status;
  const pendingKeys = (): Promise<string[]> => house.plain.keys('waybill:entries:*:pending');

  it('are shown by all once Kafka has them, the newest of each key', async () => {
    await one.put('a', 'stored');
    await Promise.all([add(put('a', 'first')), add(put('a', 'second')), add(put('b', 'other'))]);
    expect([await one.read('a'), await one.read('b')]).toEqual(['memory second', 'memory other']);
    expect([await other.read('a'), await other.read('b')]).toEqual(['redis second', 'redis other']);
    await add(remove('a'));
    expect([await one.read('a'), await other.read('a')]).toEqual(['memory none', 'redis none']);
  });

  it('are shown by nobody where Kafka does not take them, and are answered 503', async () => {
    await one.put('a', 'stored');
    topic.answer = () =>
      Promise.reject(
        new KafkaJSNumberOfRetriesExceeded(new Error('no broker'), { retryCount: 5, retryTime: 1 }),
      );
    const error: unknown = await add(put('a', 'new'), put('b', 'new')).catch((reason: unknown) => reason);
    expect(statusOf(error)).toBe(503);
    for (const replica of [one, other]) {
      expect(await replica.read('a')).toMatch(/ stored$/);
      expect(await replica.read('b')).toMatch(/ none$/);
    }
    expect(await pendingKeys()).toEqual([]);
    topic.answer = () => Promise.resolve();
    await add(put('b', 'again'));
    expect(await (await house.start({ ENTRIES_WRITE: 'behind' })).read('b')).toBe('redis again');
    // What a process holds in memory it shows until it hears of what is stored.
    expect(await other.read('b')).toBe('memory none');
  });

  it('are answered 503 where Kafka says nothing for ten seconds, and are not shown when it does', async () => {
    let accept: () => void = () => undefined;
    topic.answer = () => new Promise((accepted) => (accept = accepted));
    const beganMs = performance.now();
    const error: unknown = await add(put('a', 'new')).catch((reason: unknown) => reason);
    expect(performance.now() - beganMs).toBeLessThan(GIVEN_UP_AFTER);
    expect(statusOf(error)).toBe(503);
    accept();
    expect([await one.read('a'), await other.read('a')]).toEqual(['postgres none', 'postgres none']);
    expect(await pendingKeys()).toEqual([]);
  });

  it('stand in the topic in the order in which they came, with numbers that go up', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => add(put('a', String(n)), put(`b${n}`, 'x'))));
    const sent = topic.sends.flat();
    const numbers = sent.map(({ id }) => id.number);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    const ofA = sent.filter(({ key }) => key === 'a').map(({ content }) => content?.value.toString());
    expect(ofA).toEqual(Array.from({ length: 50 }, (_, n) => `"${n}"`));
    expect(new Set(sent.map(({ id }) => id.process))).toEqual(new Set([one.cache.process]));
    // Those that come while others are on their way share the next send.
    expect(topic.sends.length).toBeLessThan(10);
    expect(await one.read('a')).toBe('memory 49');
  });

  it('are shown by this process where Redis does not take them', async () => {
    await one.toRedis.refuse();
    await add(put('a', 'new'));
    expect(await one.read('a')).toBe('memory new');
    expect(await other.read('a')).toMatch(/ none$/);
  });
});

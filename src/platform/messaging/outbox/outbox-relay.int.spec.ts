import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unregisteredRelayMetrics } from '../../../../test/support/messaging-metrics.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../../test/support/waybill-database.js';
import { Environment } from '../../config/environment.js';
import { Health } from '../../health/health.js';
import type { OutboxMessage, Publisher } from '../outgoing-message.js';
import { Outbox } from './outbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { RecentMessages } from './recent-messages.js';

const WAIT = { timeout: 15_000, interval: 5 };
const FLUSH_MS = 2_000;

let house: WaybillDatabase;
let relays: OutboxRelay[];
let recent: RecentMessages;
let outbox: Outbox;

beforeEach(async () => {
  house = await openWaybillDatabase();
  relays = [];
  recent = new RecentMessages(new Environment());
  outbox = new Outbox(recent);
});

afterEach(async () => {
  for (const relay of relays) await relay.stop(FLUSH_MS);
  await house.drop();
});

/** Keeps what it is given; `before` stands for what may go wrong on the way. */
class RecordingPublisher implements Publisher {
  readonly sent: OutboxMessage[] = [];
  readonly batches: number[] = [];
  before: (messages: readonly OutboxMessage[], signal: AbortSignal) => Promise<void> = () =>
    Promise.resolve();

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async publish(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    await this.before(messages, signal);
    this.batches.push(messages.length);
    this.sent.push(...messages);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  values(): string[] {
    return this.sent.map(({ value }) => value!.toString());
  }
}

function startRelay(
  publisher: Publisher,
  { batchMessages = 1_000, health = new Health(), remembered = recent } = {},
): OutboxRelay {
  const environment = Object.assign(new Environment(), { RELAY_BATCH_MAX_MESSAGES: batchMessages });
  const log = pino({ level: 'silent' });
  const metrics = unregisteredRelayMetrics();
  const relay = new OutboxRelay(house.database, environment, publisher, log, metrics, health, remembered);
  relays.push(relay);
  relay.start();
  return relay;
}

const message = (value: string | Buffer, key = 'a'): Parameters<Outbox['append']>[1][number] => ({
  topic: 'letters',
  aggregateType: 'letter',
  aggregateId: key,
  type: 'letter.sent',
  headers: { 'content-type': 'text/plain' },
  payload: value,
});

const send = (...values: string[]): Promise<void> =>
  house.database.transaction((tx) =>
    outbox.append(
      tx,
      values.map((value) => message(value)),
    ),
  );

const left = async (): Promise<number> => (await house.rows('SELECT id FROM outbox')).length;

/** Backends of this test's database, by what they do. */
const backends = (condition: string): Promise<{ pid: number }[]> =>
  house.rows(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
  );
const listeners = (): Promise<{ pid: number }[]> => backends(`query LIKE 'LISTEN %'`);

async function untilListening(count = 1): Promise<number[]> {
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(count), WAIT);
  return (await listeners()).map(({ pid }) => pid);
}

describe('the relay', () => {
  it.each([
    { by: 'this process', remembered: (): RecentMessages => recent },
    { by: 'another process', remembered: (): RecentMessages => new RecentMessages(new Environment()) },
  ])('sends what $by has committed, as it was put in and in that order', async ({ remembered }) => {
    const publisher = new RecordingPublisher();
    startRelay(publisher, { remembered: remembered() });
    const bytes = Buffer.from([0, 255, 254, 10]);
    const before = Date.now();
    await house.database.transaction((tx) =>
      outbox.append(tx, [message('text ü'), message(bytes, 'ключ'), message('')]),
    );
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(3), WAIT);
    const headers = { 'content-type': 'text/plain' };
    expect(publisher.sent).toMatchObject([
      { topic: 'letters', key: 'a', headers, value: Buffer.from('text ü') },
      { topic: 'letters', key: 'ключ', headers, value: bytes },
      { topic: 'letters', key: 'a', headers, value: Buffer.alloc(0) },
    ]);
    expect(publisher.sent[0]!.createdAtMs).toBeGreaterThanOrEqual(before - 1);
    await vi.waitFor(async () => expect(await left()).toBe(0), WAIT);
  });

  it('sends what was there before it was started', async () => {
    await send('early-1', 'early-2');
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    await vi.waitFor(() => expect(publisher.values()).toEqual(['early-1', 'early-2']), WAIT);
  });

  it('does not read back what this process has put in', async () => {
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    await house.database.transaction(async (tx) => {
      await outbox.append(tx, [message('as it was put in')]);
      await tx.query(`UPDATE outbox SET payload = 'as it was read'`);
    });
    await vi.waitFor(() => expect(publisher.values()).toEqual(['as it was put in']), WAIT);
    await vi.waitFor(() => expect(recent.isEmpty).toBe(true), WAIT);
  });

  it('keeps the order of messages of which another process has put in some', async () => {
    const others = new Outbox(new RecentMessages(new Environment()));
    await house.database.transaction(async (tx) => {
      await outbox.append(tx, [message('1')]);
      await others.append(tx, [message('2')]);
      await outbox.append(tx, [message('3')]);
    });
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    await vi.waitFor(() => expect(publisher.values()).toEqual(['1', '2', '3']), WAIT);
    await vi.waitFor(() => expect(recent.isEmpty).toBe(true), WAIT);
  });

  it('does not send what is rolled back', async () => {
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    const rolledBack = house.database.transaction(async (tx) => {
      await outbox.append(tx, [message('never')]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await send('sent');
    await vi.waitFor(() => expect(publisher.sent.length).toBeGreaterThan(0), WAIT);
    expect(publisher.values()).toEqual(['sent']);
  });

  it('sends a message whose transaction is committed after a later one has been sent', async () => {
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    let commit = (): void => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let appended = (): void => undefined;
    const isAppended = new Promise<void>((resolve) => (appended = resolve));
    const late = house.database.transaction(async (tx) => {
      await outbox.append(tx, [message('late', 'b')]);
      appended();
      await gate;
    });
    await isAppended;
    await send('later id');
    await vi.waitFor(() => expect(publisher.values()).toEqual(['later id']), WAIT);
    commit();
    await late;
    await vi.waitFor(() => expect(publisher.values()).toEqual(['later id', 'late']), WAIT);
    expect(publisher.sent[1]!.id).toBeLessThan(publisher.sent[0]!.id);
  });

  it('takes no more at a time than the settings allow', async () => {
    await send(...Array.from({ length: 25 }, (_, n) => `${n}`));
    const publisher = new RecordingPublisher();
    startRelay(publisher, { batchMessages: 10 });
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(25), WAIT);
    expect(publisher.batches).toEqual([10, 10, 5]);
  });

  it('takes no more into memory at once than it has to when messages are large', async () => {
    const mebibytes9 = Buffer.alloc(9 * 1_048_576, 'x');
    await house.database.transaction((tx) =>
      outbox.append(tx, [message(mebibytes9), message(mebibytes9), message(mebibytes9), message('small')]),
    );
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(4), WAIT);
    expect(publisher.batches).toEqual([2, 2]);
  });

  it('keeps what its publisher fails on, and offers it again until it is taken', async () => {
    const publisher = new RecordingPublisher();
    const health = new Health();
    const offered: string[][] = [];
    let broken = true;
    publisher.before = async (messages) => {
      offered.push(messages.map(({ value }) => value!.toString()));
      if (broken) throw new Error('the broker is away');
    };
    startRelay(publisher, { health });
    await send('a', 'b');
    await vi.waitFor(() => expect(offered.length).toBeGreaterThan(2), WAIT);
    expect(await left()).toBe(2);
    expect((await health.ready()).parts['relay']).toEqual({ up: false, detail: 'the broker is away' });
    await send('c');
    broken = false;
    await vi.waitFor(() => expect(publisher.values()).toEqual(['a', 'b', 'c']), WAIT);
    for (const batch of offered) expect(batch.slice(0, 2)).toEqual(['a', 'b']);
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    expect(await left()).toBe(0);
  });

  it('sends again what was under way when its connection was lost', async () => {
    const publisher = new RecordingPublisher();
    let finish = (): void => undefined;
    let tries = 0;
    publisher.before = () =>
      ++tries === 1 ? new Promise((resolve) => (finish = resolve)) : Promise.resolve();
    startRelay(publisher);
    await send('a', 'b');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    const [holder] = await backends(`state = 'idle in transaction'`);
    await house.rows('SELECT pg_terminate_backend($1)', [holder!.pid]);
    finish();
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(4), WAIT);
    expect(publisher.values()).toEqual(['a', 'b', 'a', 'b']);
    await vi.waitFor(async () => expect(await left()).toBe(0), WAIT);
  });

  it('sends what is left before it stops', async () => {
    const publisher = new RecordingPublisher();
    const relay = startRelay(publisher, { batchMessages: 10 });
    await send(...Array.from({ length: 55 }, (_, n) => `${n}`));
    await relay.stop(FLUSH_MS);
    expect(publisher.sent).toHaveLength(55);
    expect(await left()).toBe(0);
  });

  it('stops in time when its publisher hangs, and leaves the messages where they are', async () => {
    const publisher = new RecordingPublisher();
    let tries = 0;
    publisher.before = (_, signal) =>
      new Promise((_resolve, reject) => {
        tries++;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const relay = startRelay(publisher);
    await send('kept');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    const startedAt = Date.now();
    await relay.stop(50);
    expect(Date.now() - startedAt).toBeLessThan(1_500);
    expect(await left()).toBe(1);
    expect(publisher.sent).toEqual([]);
  });
});

describe('two relays', () => {
  it('never send at the same time, and keep the order', async () => {
    let sending = 0;
    let most = 0;
    const publishers = [new RecordingPublisher(), new RecordingPublisher()];
    const all: string[] = [];
    for (const publisher of publishers) {
      publisher.before = async (messages) => {
        most = Math.max(most, ++sending);
        await new Promise((done) => setImmediate(done));
        all.push(...messages.map(({ value }) => value!.toString()));
        sending--;
      };
      startRelay(publisher, { batchMessages: 7 });
    }
    const expected = Array.from({ length: 300 }, (_, n) => `${n}`);
    for (let n = 0; n < expected.length; n += 3) await send(...expected.slice(n, n + 3));
    await vi.waitFor(() => expect(all).toHaveLength(expected.length), WAIT);
    expect(all).toEqual(expected);
    expect(most).toBe(1);
  });

  it('stand in for each other: one goes on when the other has stopped', async () => {
    const [first, second] = [new RecordingPublisher(), new RecordingPublisher()];
    const relay = startRelay(first);
    await send('a');
    await vi.waitFor(() => expect(first.values()).toEqual(['a']), WAIT);
    startRelay(second);
    await relay.stop(FLUSH_MS);
    await send('b');
    await vi.waitFor(() => expect(second.values()).toEqual(['b']), WAIT);
  });

  it('do not queue up: the idle one sees that the other is at work, and leaves it at that', async () => {
    const [hanging, idle] = [new RecordingPublisher(), new RecordingPublisher()];
    let finish = (): void => undefined;
    hanging.before = () => new Promise((resolve) => (finish = resolve));
    startRelay(hanging);
    await send('a');
    await vi.waitFor(
      async () => expect(await backends(`state = 'idle in transaction'`)).toHaveLength(1),
      WAIT,
    );
    const health = new Health();
    const relay = startRelay(idle, { health });
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    await send('b');
    await relay.stop(FLUSH_MS);
    expect(idle.sent).toEqual([]);
    finish();
    await vi.waitFor(() => expect(hanging.values()).toContain('a'), WAIT);
    hanging.before = () => Promise.resolve();
    finish();
    await vi.waitFor(() => expect(hanging.values()).toEqual(['a', 'b']), WAIT);
  });

  it('stand in for each other also when the one at work hangs and loses its connection', async () => {
    const [hanging, second] = [new RecordingPublisher(), new RecordingPublisher()];
    let tries = 0;
    hanging.before = (_, signal) =>
      new Promise((_resolve, reject) => {
        tries++;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    startRelay(hanging);
    await send('a');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    startRelay(second);
    const [holder] = await backends(`state = 'idle in transaction'`);
    await house.rows('SELECT pg_terminate_backend($1)', [holder!.pid]);
    await vi.waitFor(() => expect(second.values()).toEqual(['a']), WAIT);
  });
});

describe('the signal of the outbox', () => {
  /**
   * Each message is sent when the one before has arrived. By polling alone this would take a second each; the
   * limit is far from that and far from what a slow machine needs.
   */
  async function expectQuickRoundTrips(publisher: RecordingPublisher): Promise<void> {
    const start = publisher.sent.length;
    const startedAt = Date.now();
    for (let n = 1; n <= 10; n++) {
      await send(`round trip ${n}`);
      await vi.waitFor(() => expect(publisher.sent.length).toBe(start + n), { timeout: 5_000, interval: 1 });
    }
    expect((Date.now() - startedAt) / 10).toBeLessThan(200);
  }

  it('wakes the relay long before it would look by itself', async () => {
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    await untilListening();
    await expectQuickRoundTrips(publisher);
  });

  it('comes back when its connection is lost; what is said meanwhile is sent all the same', async () => {
    const publisher = new RecordingPublisher();
    startRelay(publisher);
    const [pid] = await untilListening();
    await house.rows('SELECT pg_terminate_backend($1)', [pid]);
    await send('meanwhile');
    await vi.waitFor(() => expect(publisher.values()).toContain('meanwhile'), WAIT);
    await vi.waitFor(async () => expect((await listeners()).map((one) => one.pid)).not.toContain(pid), WAIT);
    await untilListening();
    await expectQuickRoundTrips(publisher);
  });

  it('leaves no connection behind when the relay stops', async () => {
    const relay = startRelay(new RecordingPublisher());
    await untilListening();
    await relay.stop(FLUSH_MS);
    await untilListening(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FLUSH_MS, message, RecordingPublisher, RelayStage } from '../../../../test/support/relay-stage.js';
import { Environment } from '../../config/environment.js';
import { Health } from '../../health/health.js';
import { Outbox } from './outbox.js';
import { RecentMessages } from './recent-messages.js';

const WAIT = { timeout: 30_000, interval: 5 };
/** More than a flush takes, however slow the database is for a while. */
const AMPLE_MS = 30_000;

let stage: RelayStage;

beforeEach(async () => {
  stage = await RelayStage.open();
});

afterEach(() => stage.close());

const left = async (): Promise<number> => (await stage.house.rows('SELECT id FROM outbox')).length;

describe('the relay', () => {
  it.each([
    { by: 'this process', remembered: (): RecentMessages => stage.recent },
    { by: 'another process', remembered: (): RecentMessages => new RecentMessages(new Environment()) },
  ])('sends what $by has committed, as it was put in and in that order', async ({ remembered }) => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher, { remembered: remembered() });
    const bytes = Buffer.from([0, 255, 254, 10]);
    const before = Date.now();
    await stage.house.database.transaction((tx) =>
      stage.outbox.append(tx, [message('text ü'), message(bytes, 'ключ'), message('')]),
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

  it.each([
    { by: 'this process', remembered: (): RecentMessages => stage.recent },
    { by: 'another process', remembered: (): RecentMessages => new RecentMessages(new Environment()) },
  ])('sends a tombstone that $by has committed, among others', async ({ remembered }) => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher, { remembered: remembered() });
    await stage.house.database.transaction((tx) =>
      stage.outbox.append(tx, [message('', 'b'), { ...message('', 'ключ'), isTombstone: true }]),
    );
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(2), WAIT);
    const [empty, tombstone] = publisher.sent;
    expect(empty!.value).toEqual(Buffer.alloc(0));
    expect(tombstone!.value).toBeNull();
    expect(tombstone!.key!.toString()).toBe('ключ');
  });

  it('sends what was there before it was started', async () => {
    await stage.send('early-1', 'early-2');
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    await vi.waitFor(() => expect(publisher.values()).toEqual(['early-1', 'early-2']), WAIT);
  });

  it('does not read back what this process has put in', async () => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    await stage.house.database.transaction(async (tx) => {
      await stage.outbox.append(tx, [message('as it was put in')]);
      await tx.query(`UPDATE outbox SET payload = 'as it was read'`);
    });
    await vi.waitFor(() => expect(publisher.values()).toEqual(['as it was put in']), WAIT);
    await vi.waitFor(() => expect(stage.recent.isEmpty).toBe(true), WAIT);
  });

  it('keeps the order of messages of which another process has put in some', async () => {
    const others = new Outbox(new RecentMessages(new Environment()));
    await stage.house.database.transaction(async (tx) => {
      await stage.outbox.append(tx, [message('1')]);
      await others.append(tx, [message('2')]);
      await stage.outbox.append(tx, [message('3')]);
    });
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    await vi.waitFor(() => expect(publisher.values()).toEqual(['1', '2', '3']), WAIT);
    await vi.waitFor(() => expect(stage.recent.isEmpty).toBe(true), WAIT);
  });

  it('does not send what is rolled back', async () => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    const rolledBack = stage.house.database.transaction(async (tx) => {
      await stage.outbox.append(tx, [message('never')]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await stage.send('sent');
    await vi.waitFor(() => expect(publisher.sent.length).toBeGreaterThan(0), WAIT);
    expect(publisher.values()).toEqual(['sent']);
  });

  it('sends a message whose transaction is committed after a later one has been sent', async () => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    let commit = (): void => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let appended = (): void => undefined;
    const isAppended = new Promise<void>((resolve) => (appended = resolve));
    const late = stage.house.database.transaction(async (tx) => {
      await stage.outbox.append(tx, [message('late', 'b')]);
      appended();
      await gate;
    });
    await isAppended;
    await stage.send('later id');
    await vi.waitFor(() => expect(publisher.values()).toEqual(['later id']), WAIT);
    commit();
    await late;
    await vi.waitFor(() => expect(publisher.values()).toEqual(['later id', 'late']), WAIT);
    expect(publisher.sent[1]!.id).toBeLessThan(publisher.sent[0]!.id);
  });

  it('takes no more at a time than the settings allow', async () => {
    await stage.send(...Array.from({ length: 25 }, (_, n) => `${n}`));
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher, { batchMessages: 10 });
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(25), WAIT);
    expect(publisher.batches).toEqual([10, 10, 5]);
  });

  it('takes no more into memory at once than it has to when messages are large', async () => {
    const mebibytes9 = Buffer.alloc(9 * 1_048_576, 'x');
    await stage.house.database.transaction((tx) =>
      stage.outbox.append(tx, [
        message(mebibytes9),
        message(mebibytes9),
        message(mebibytes9),
        message('small'),
      ]),
    );
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
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
    stage.startRelay(publisher, { health });
    await stage.send('a', 'b');
    await vi.waitFor(() => expect(offered.length).toBeGreaterThan(2), WAIT);
    expect(await left()).toBe(2);
    expect((await health.ready()).parts['relay']).toEqual({ up: false, detail: 'the broker is away' });
    await stage.send('c');
    broken = false;
    await vi.waitFor(() => expect(publisher.values()).toEqual(['a', 'b', 'c']), WAIT);
    for (const batch of offered) expect(batch.slice(0, 2)).toEqual(['a', 'b']);
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    await vi.waitFor(async () => expect(await left()).toBe(0), WAIT);
  });

  it('sends again what was under way when its connection was lost', async () => {
    const publisher = new RecordingPublisher();
    let finish = (): void => undefined;
    let tries = 0;
    publisher.before = () =>
      ++tries === 1 ? new Promise((resolve) => (finish = resolve)) : Promise.resolve();
    stage.startRelay(publisher);
    await stage.send('a', 'b');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    const [holder] = await stage.backends(`state = 'idle in transaction'`);
    await stage.house.rows('SELECT pg_terminate_backend($1)', [holder!.pid]);
    finish();
    await vi.waitFor(() => expect(publisher.sent).toHaveLength(4), WAIT);
    expect(publisher.values()).toEqual(['a', 'b', 'a', 'b']);
    await vi.waitFor(async () => expect(await left()).toBe(0), WAIT);
  });

  it('sends what is left before it stops', async () => {
    const publisher = new RecordingPublisher();
    const relay = stage.startRelay(publisher, { batchMessages: 10 });
    await stage.send(...Array.from({ length: 55 }, (_, n) => `${n}`));
    await relay.stop(AMPLE_MS);
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
    const relay = stage.startRelay(publisher);
    await stage.send('kept');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    const startedAt = Date.now();
    await relay.stop(50);
    // It would hang for ever.
    expect(Date.now() - startedAt).toBeLessThan(10_000);
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
      stage.startRelay(publisher, { batchMessages: 7 });
    }
    const expected = Array.from({ length: 300 }, (_, n) => `${n}`);
    for (let n = 0; n < expected.length; n += 3) await stage.send(...expected.slice(n, n + 3));
    await vi.waitFor(() => expect(all).toHaveLength(expected.length), WAIT);
    expect(all).toEqual(expected);
    expect(most).toBe(1);
  });

  it('stand in for each other: one goes on when the other has stopped', async () => {
    const [first, second] = [new RecordingPublisher(), new RecordingPublisher()];
    const relay = stage.startRelay(first);
    await stage.send('a');
    await vi.waitFor(() => expect(first.values()).toEqual(['a']), WAIT);
    stage.startRelay(second);
    await relay.stop(AMPLE_MS);
    await stage.send('b');
    await vi.waitFor(() => expect(second.values()).toEqual(['b']), WAIT);
  });

  it('do not queue up: the idle one sees that the other is at work, and leaves it at that', async () => {
    const [hanging, idle] = [new RecordingPublisher(), new RecordingPublisher()];
    let tries = 0;
    let finish = (): void => undefined;
    hanging.before = () =>
      new Promise((resolve) => {
        tries++;
        finish = resolve;
      });
    stage.startRelay(hanging);
    await stage.send('a');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    const health = new Health();
    const relay = stage.startRelay(idle, { health });
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    await stage.send('b');
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
    stage.startRelay(hanging);
    await stage.send('a');
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    // Looked for before the second relay starts, whose transactions are open for moments too.
    const [holder] = await stage.backends(`state = 'idle in transaction'`);
    stage.startRelay(second);
    await stage.house.rows('SELECT pg_terminate_backend($1)', [holder!.pid]);
    await vi.waitFor(() => expect(second.values()).toEqual(['a']), WAIT);
  });
});

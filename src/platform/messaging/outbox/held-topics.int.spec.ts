import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quickestMs } from '../../../../test/support/quickest.js';
import { message, RecordingPublisher, RelayStage } from '../../../../test/support/relay-stage.js';
import { Health } from '../../health/health.js';
import type { OutboxMessage } from '../outgoing-message.js';

const WAIT = { timeout: 20_000, interval: 10 };
/** What others may wait while a topic cannot be published to. */
const SOON_MS = 1_000;

/** As Kafka is: each topic fails by itself. */
class TopicPublisher extends RecordingPublisher {
  readonly isolatesTopics = true;
}

let stage: RelayStage;
beforeEach(async () => {
  stage = await RelayStage.open();
});
afterEach(() => stage.close());

const send = (topic: string, ...values: string[]): Promise<void> =>
  stage.house.database.transaction((tx) =>
    stage.outbox.append(
      tx,
      values.map((value) => ({ ...message(value), topic })),
    ),
  );

const sentTo = (publisher: RecordingPublisher, topic: string): string[] =>
  publisher.sent.filter((one) => one.topic === topic).map(({ value }) => value!.toString());

const fails = (topic: string) => async (messages: readonly OutboxMessage[]) => {
  if (messages.some((one) => one.topic === topic)) throw new Error('not authorized');
};

describe('a topic that cannot be published to', () => {
  it('has its messages held back, in their order, and holds up no others', async () => {
    const publisher = new TopicPublisher();
    const health = new Health();
    publisher.before = fails('others');
    stage.startRelay(publisher, { health });
    await send('others', 'o1');
    for (let n = 0; n < 10; n++) await send('letters', `l${n}`);
    await send('others', 'o2', 'o3');
    await vi.waitFor(() => expect(sentTo(publisher, 'letters')).toHaveLength(10), WAIT);
    expect(sentTo(publisher, 'letters')).toEqual(Array.from({ length: 10 }, (_, n) => `l${n}`));
    expect(sentTo(publisher, 'others')).toEqual([]);
    await vi.waitFor(async () => {
      const { up, detail } = (await health.ready()).parts['relay']!;
      expect({ up, detail }).toEqual({ up: false, detail: 'others cannot be published to: not authorized' });
    }, WAIT);
    publisher.before = () => Promise.resolve();
    await vi.waitFor(() => expect(sentTo(publisher, 'others')).toEqual(['o1', 'o2', 'o3']), WAIT);
    await send('others', 'o4');
    await vi.waitFor(() => expect(sentTo(publisher, 'others')).toEqual(['o1', 'o2', 'o3', 'o4']), WAIT);
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    await vi.waitFor(async () => expect(await stage.house.rows('SELECT FROM outbox')).toEqual([]), WAIT);
  });

  it('leaves the program ready where it is not the main context that it is of', async () => {
    const publisher = new TopicPublisher();
    const health = new Health();
    publisher.before = fails('side');
    stage.startRelay(publisher, { health });
    await send('side', 's');
    await vi.waitFor(async () => {
      expect((await health.ready()).parts['relay']).toEqual({
        up: true,
        detail: 'side cannot be published to: not authorized',
      });
    }, WAIT);
  });

  it('is left to itself when it does not answer, and what it took after all is not sent again', async () => {
    const publisher = new TopicPublisher();
    let finish = (): void => undefined;
    let isFirst = true;
    publisher.before = (messages) => {
      if (messages[0]!.topic !== 'others' || !isFirst) return Promise.resolve();
      isFirst = false;
      return new Promise((resolve) => (finish = resolve));
    };
    stage.startRelay(publisher);
    await send('others', 'o1');
    await send('letters', 'l1');
    await vi.waitFor(() => expect(sentTo(publisher, 'letters')).toEqual(['l1']), WAIT);
    await send('others', 'o2');
    finish();
    await vi.waitFor(() => expect(sentTo(publisher, 'others')).toEqual(['o1', 'o2']), WAIT);
    await vi.waitFor(async () => expect(await stage.house.rows('SELECT FROM outbox')).toEqual([]), WAIT);
  });

  it('is at one process at a time, each of which holds it back for itself', async () => {
    const publishers = [new TopicPublisher(), new TopicPublisher()];
    let sending = 0;
    let most = 0;
    let broken = true;
    const all: string[] = [];
    for (const publisher of publishers) {
      publisher.before = async (messages) => {
        if (messages[0]!.topic !== 'others') return;
        most = Math.max(most, ++sending);
        await new Promise((done) => setTimeout(done, 5));
        sending--;
        if (broken) throw new Error('away');
        all.push(...messages.map(({ value }) => value!.toString()));
      };
      stage.startRelay(publisher, { batchMessages: 3 });
    }
    const expected = Array.from({ length: 30 }, (_, n) => `o${n}`);
    for (const value of expected) await send('others', value);
    await send('letters', 'l');
    await vi.waitFor(() => expect(publishers.flatMap((one) => sentTo(one, 'letters'))).toEqual(['l']), WAIT);
    broken = false;
    await vi.waitFor(() => expect(all).toHaveLength(expected.length), WAIT);
    expect(all).toEqual(expected);
    expect(most).toBe(1);
  });

  it('holds up no others with a million messages in front of theirs', async () => {
    await stage.house.rows(
      `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
       SELECT 'letter', n::text, 'letter.sent', 'others', '{}', '' FROM generate_series(1, 1000000) AS n`,
    );
    const publisher = new TopicPublisher();
    publisher.before = fails('others');
    stage.startRelay(publisher);
    await send('letters', 'first');
    await vi.waitFor(() => expect(sentTo(publisher, 'letters')).toEqual(['first']), WAIT);
    const tookMs = await quickestMs(SOON_MS, async (n) => {
      await send('letters', `next ${n}`);
      await vi.waitFor(() => expect(sentTo(publisher, 'letters').at(-1)).toBe(`next ${n}`), WAIT);
    });
    expect(tookMs).toBeLessThan(SOON_MS);
  }, 120_000);
});

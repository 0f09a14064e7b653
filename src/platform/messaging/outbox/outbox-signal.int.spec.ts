import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quickestMs } from '../../../../test/support/quickest.js';
import { FLUSH_MS, RecordingPublisher, RelayStage } from '../../../../test/support/relay-stage.js';

const WAIT = { timeout: 30_000, interval: 1 };

let stage: RelayStage;

beforeEach(async () => {
  stage = await RelayStage.open();
});

afterEach(() => stage.close());

const listeners = (): Promise<{ pid: number }[]> => stage.backends(`query LIKE 'LISTEN %'`);

async function untilListening(count = 1): Promise<number[]> {
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(count), WAIT);
  return (await listeners()).map(({ pid }) => pid);
}

describe('the signal of the outbox', () => {
  /**
   * Each message is sent when the one before has arrived. By polling alone this would take a second each; the
   * limit is far from that and far from what a slow machine needs.
   */
  async function expectQuickRoundTrips(publisher: RecordingPublisher): Promise<void> {
    const tookMs = await quickestMs(2_000, async () => {
      const start = publisher.sent.length;
      for (let n = 1; n <= 10; n++) {
        await stage.send(`round trip ${n}`);
        await vi.waitFor(() => expect(publisher.sent.length).toBe(start + n), WAIT);
      }
    });
    expect(tookMs / 10).toBeLessThan(200);
  }

  it('wakes the relay long before it would look by itself', async () => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    await untilListening();
    await expectQuickRoundTrips(publisher);
  });

  it('comes back when its connection is lost; what is said meanwhile is sent all the same', async () => {
    const publisher = new RecordingPublisher();
    stage.startRelay(publisher);
    const [pid] = await untilListening();
    await stage.house.rows('SELECT pg_terminate_backend($1)', [pid]);
    await stage.send('meanwhile');
    await vi.waitFor(() => expect(publisher.values()).toContain('meanwhile'), WAIT);
    await vi.waitFor(async () => expect((await listeners()).map((one) => one.pid)).not.toContain(pid), WAIT);
    await untilListening();
    await expectQuickRoundTrips(publisher);
  });

  it('leaves no connection behind when the relay stops', async () => {
    const relay = stage.startRelay(new RecordingPublisher());
    await untilListening();
    await relay.stop(FLUSH_MS);
    await untilListening(0);
  });
});

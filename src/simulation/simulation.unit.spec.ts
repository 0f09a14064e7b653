import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIFE_KIND_NAMES } from '../orders/producer/lives/life-kinds.js';
import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import type { DueEvent } from './life-queue.js';
import { kindOf, type Outcome, type Sender } from './sender.js';
import { Simulation } from './simulation.js';
import { Tally } from './tally.js';

const NEVER = new AbortController().signal;
const TAKEN: Outcome = { isAsExpected: true };

/** Takes what it is given, at once or never. */
class PatientSender implements Sender {
  readonly sent: LifeEvent[] = [];

  constructor(private readonly answers = true) {}

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  send(due: readonly DueEvent[], done: (due: DueEvent, outcome: Outcome) => void): Promise<void> {
    for (const one of due) {
      this.sent.push(one.event);
      if (this.answers) done(one, TAKEN);
    }
    return Promise.resolve();
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function simulationBy(sender: Sender, pace: { ordersPerSecond: number; forMs: number }, seed = 1) {
  const startedAtMs = performance.now();
  const tally = new Tally(startedAtMs);
  const simulation = new Simulation({
    pace: { lifeMs: 2_000, seed, ...pace },
    sender,
    tally,
    kinds: LIFE_KIND_NAMES,
    isSent: () => true,
    onTick: () => undefined,
    sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  });
  return { simulation, tally, startedAtMs };
}

describe('a simulation', () => {
  it('has lives begin evenly, and leads each to its end', async () => {
    const sender = new PatientSender();
    const { simulation, tally, startedAtMs } = simulationBy(sender, { ordersPerSecond: 10, forMs: 5_000 });
    const run = simulation.run(startedAtMs, NEVER);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(Math.abs(tally.orders - 25)).toBeLessThanOrEqual(2);
    await vi.advanceTimersByTimeAsync(5_000);
    await run;
    expect(performance.now() - startedAtMs).toBeLessThan(7_500 + 1);
    expect(tally).toMatchObject({ livesEnded: 50, orders: 50, notTaken: 0, events: sender.sent.length });
    expect(simulation.livesUnderWay).toBe(0);
  });

  it('has the same lives again for the same seed', async () => {
    const kindsOf = async (seed: number): Promise<string[]> => {
      const sender = new PatientSender();
      const { simulation, startedAtMs } = simulationBy(sender, { ordersPerSecond: 10, forMs: 1_000 }, seed);
      const run = simulation.run(startedAtMs, NEVER);
      await vi.advanceTimersByTimeAsync(4_000);
      await run;
      return sender.sent.map(kindOf).sort();
    };
    const first = await kindsOf(7);
    expect(await kindsOf(7)).toEqual(first);
    expect(await kindsOf(8)).not.toEqual(first);
  });

  it('begins no more lives than it holds while nothing is answered, and ends when it is told to', async () => {
    const sender = new PatientSender(false);
    const { simulation, tally, startedAtMs } = simulationBy(sender, { ordersPerSecond: 10, forMs: 60_000 });
    const stop = new AbortController();
    const run = simulation.run(startedAtMs, stop.signal);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(simulation.livesUnderWay).toBe(31);
    stop.abort();
    await vi.advanceTimersByTimeAsync(100);
    await run;
    expect(tally.livesEnded).toBe(0);
    expect(tally.summary(performance.now(), 30_000, simulation.livesUnderWay)).toContain('31 cut off');
  });
});

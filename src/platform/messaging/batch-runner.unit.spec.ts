import { describe, expect, it, vi } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { BatchRunner } from './batch-runner.js';
import type { BatchHandler, ReceivedEvent, RefusedEvent } from './received-event.js';

vi.mock('node:timers/promises', () => import('../../../test/support/instant-sleep.js'));

const MAX_ATTEMPTS = 4;

const transient = (): Error => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
const permanent = (): Error => Object.assign(new Error('out of range'), { code: '22003' });
const bug = (): Error => new TypeError('undefined is not a function');

const eventAt = (offset: number): ReceivedEvent => ({
  context: 'orders',
  topic: 'orders',
  partition: 0,
  offset,
  timestampMs: 0,
  key: null,
  value: Buffer.from(String(offset)),
  headers: [],
});

const eventsOf = (count: number): ReceivedEvent[] => Array.from({ length: count }, (_, n) => eventAt(n));

interface Run {
  /** Offsets of the batches that the handler did not throw on, in order. */
  handled: number[];
  tries: number[][];
  refused: RefusedEvent[];
  failures: string[];
  runner: BatchRunner;
}

function newRun(
  failFor: (offsets: readonly number[], attempt: number) => Error | undefined,
  refuse?: () => Promise<void>,
): Run {
  const run: Omit<Run, 'runner'> = { handled: [], tries: [], refused: [], failures: [] };
  const handler: BatchHandler = async (events) => {
    const offsets = events.map((event) => event.offset);
    run.tries.push(offsets);
    const error = failFor(offsets, run.tries.length);
    if (error !== undefined) throw error;
    run.handled.push(...offsets);
  };
  const runner = new BatchRunner({
    handler,
    refuse: async (one) => {
      await refuse?.();
      run.refused.push(one);
    },
    failures: knownFailures(),
    maxAttempts: MAX_ATTEMPTS,
    onFailure: (kind) => run.failures.push(kind),
  });
  return { ...run, runner };
}

const never = new AbortController().signal;

describe('a batch', () => {
  it('is handed over once when all goes well', async () => {
    const run = newRun(() => undefined);
    await run.runner.run(eventsOf(5), never);
    expect(run.tries).toEqual([[0, 1, 2, 3, 4]]);
    expect(run.failures).toEqual([]);
  });

  it('is tried whole, and for as long as it takes, while the failure passes', async () => {
    const run = newRun((_, attempt) => (attempt <= 50 ? transient() : undefined));
    await run.runner.run(eventsOf(3), never);
    expect(run.tries).toHaveLength(51);
    expect(run.tries.every((offsets) => offsets.join() === '0,1,2')).toBe(true);
    expect(run.handled).toEqual([0, 1, 2]);
    expect(run.refused).toEqual([]);
    expect(new Set(run.failures)).toEqual(new Set(['transient']));
  });

  it.each([[1], [2], [3], [7], [8], [9], [64]])(
    'of %i has each of its culprits refused, and the others handled in order',
    async (count) => {
      const culprits = new Set([0, 2, count - 1].filter((offset) => offset < count));
      const run = newRun((offsets) => (offsets.some((one) => culprits.has(one)) ? permanent() : undefined));
      await run.runner.run(eventsOf(count), never);
      const others = eventsOf(count)
        .map(({ offset }) => offset)
        .filter((offset) => !culprits.has(offset));
      expect(run.handled).toEqual(others);
      expect(run.refused.map(({ event }) => event.offset)).toEqual([...culprits].sort((a, b) => a - b));
      for (const one of run.refused) expect(one).toMatchObject({ reason: 'out of range', attempts: 1 });
    },
  );

  it('finds one culprit in few tries', async () => {
    const run = newRun((offsets) => (offsets.includes(700) ? permanent() : undefined));
    await run.runner.run(eventsOf(1_024), never);
    expect(run.refused).toHaveLength(1);
    expect(run.tries.length).toBeLessThanOrEqual(1 + 2 * Math.log2(1_024));
  });

  it('has an event that fails for no known reason tried a few times before it is refused', async () => {
    const run = newRun((offsets) => (offsets.includes(1) ? bug() : undefined));
    await run.runner.run(eventsOf(3), never);
    expect(run.tries.filter((offsets) => offsets.join() === '1')).toHaveLength(MAX_ATTEMPTS);
    expect(run.refused).toMatchObject([{ event: { offset: 1 }, attempts: MAX_ATTEMPTS }]);
    expect(run.handled).toEqual([0, 2]);
  });

  it('does not count passing failures among the attempts', async () => {
    const run = newRun((_, attempt) => (attempt % 2 === 1 ? transient() : bug()));
    await run.runner.run(eventsOf(1), never);
    expect(run.tries).toHaveLength(2 * MAX_ATTEMPTS);
    expect(run.refused).toMatchObject([{ attempts: MAX_ATTEMPTS }]);
  });

  it('is forgiven a bug that does not come again', async () => {
    const run = newRun((_, attempt) => (attempt === 1 ? bug() : undefined));
    await run.runner.run(eventsOf(1), never);
    expect(run.handled).toEqual([0]);
    expect(run.refused).toEqual([]);
  });

  it('waits until an event can be refused, whatever the reason why it cannot', async () => {
    let refusals = 0;
    const run = newRun(
      (offsets) => (offsets.includes(0) ? permanent() : undefined),
      () => (++refusals < 5 ? Promise.reject(refusals % 2 ? bug() : permanent()) : Promise.resolve()),
    );
    await run.runner.run(eventsOf(2), never);
    expect(refusals).toBe(5);
    expect(run.refused).toMatchObject([{ event: { offset: 0 }, reason: 'out of range' }]);
    expect(run.handled).toEqual([1]);
  });

  it('is left as it is when the run is stopped during a pause', async () => {
    const stopping = new AbortController();
    const run = newRun((_, attempt) => {
      if (attempt === 3) stopping.abort();
      return transient();
    });
    await expect(run.runner.run(eventsOf(2), stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(run.tries).toHaveLength(3);
    expect(run.refused).toEqual([]);
  });

  it('is not begun when the run is stopped already', async () => {
    const run = newRun(() => undefined);
    await expect(run.runner.run(eventsOf(2), AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(run.tries).toEqual([]);
  });

  it('tells when it pauses, and that it is done', async () => {
    const steps: string[] = [];
    const runner = new BatchRunner({
      handler: () => (steps.length < 3 ? Promise.reject(transient()) : Promise.resolve()),
      refuse: () => Promise.resolve(),
      failures: knownFailures(),
      maxAttempts: MAX_ATTEMPTS,
      onFailure: () => steps.push('failed'),
      onDone: (events) => steps.push(`done ${events.length}`),
    });
    await runner.run(eventsOf(2), never, {
      run: (attempt) => (steps.push('try'), attempt()),
      onPause: () => steps.push('pause'),
    });
    expect(steps).toEqual(['try', 'failed', 'pause', 'try', 'done 2']);
  });
});

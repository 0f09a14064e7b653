import { beforeEach, describe, expect, it } from 'vitest';
import { EventLoopWatch } from './event-loop-watch.js';
import { Health } from './health.js';

let nowMs: number;
let stalls: number[];
let watch: EventLoopWatch;

beforeEach(() => {
  nowMs = 1_000_000;
  stalls = [];
  watch = new EventLoopWatch(
    (lengthMs) => stalls.push(lengthMs),
    () => nowMs,
  );
});

function tickFor(durationMs: number): void {
  for (const endMs = nowMs + durationMs; nowMs < endMs;) {
    nowMs += 1_000;
    watch.tick();
  }
}

describe('the watch on the event loop', () => {
  it('has nothing to say while the loop turns, nor after a short stall', () => {
    tickFor(120_000);
    nowMs += 29_000;
    watch.tick();
    expect(watch.complaint()).toBeUndefined();
    expect(stalls).toEqual([]);
  });

  it('tells a probe that is answered right after the stall, before any timer', () => {
    nowMs += 41_200;
    expect(watch.complaint()).toBe('the event loop stood still for 41 s');
    expect(stalls).toEqual([41_200]);
  });

  it('tells of it for ten seconds and is then silent, until the next time', () => {
    nowMs += 41_000;
    watch.tick();
    tickFor(9_000);
    expect(watch.complaint()).toBeDefined();
    tickFor(1_000);
    expect(watch.complaint()).toBeUndefined();
    nowMs += 30_000;
    expect(watch.complaint()).toBe('the event loop stood still for 30 s');
    expect(stalls).toHaveLength(2);
  });

  it('makes the process not live for as long', () => {
    const health = new Health();
    health.addVital('event_loop', () => watch.complaint());
    expect(health.live()).toEqual({ status: 'up', parts: {} });
    nowMs += 35_000;
    const detail = 'the event loop stood still for 35 s';
    expect(health.live()).toEqual({ status: 'down', parts: { event_loop: { up: false, detail } } });
    tickFor(10_000);
    expect(health.live()).toEqual({ status: 'up', parts: {} });
  });
});

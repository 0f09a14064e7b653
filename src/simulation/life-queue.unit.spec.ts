import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import { type Life, LifeQueue } from './life-queue.js';

const EVENT = { to: 'status' } as unknown as LifeEvent;
const HALF_MS = 500;

it('gives events out when they are due, in their order, one of a life at a time', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(1_000), { minLength: 1 })), (times) => {
      const queue = new LifeQueue();
      const next = new Map<Life, number[]>();
      for (const [beganAtMs, ofLife] of times.entries()) {
        const sorted = [...ofLife].sort((one, other) => one - other);
        const life = { beganAtMs, left: sorted.map((atMs) => ({ atMs, event: EVENT })).reverse() };
        next.set(
          life,
          sorted.map((atMs) => beganAtMs + atMs),
        );
        queue.add(life);
      }
      const taken: number[] = [];
      const takeAll = (nowMs: number): void => {
        for (let due = queue.takeDue(nowMs, 3); due.length > 0; due = queue.takeDue(nowMs, 3)) {
          expect(new Set(due.map(({ life }) => life)).size).toBe(due.length);
          const dueAt = due.map(({ life }) => next.get(life)!.shift()!);
          expect(dueAt).toEqual([...dueAt].sort((one, other) => one - other));
          expect(Math.max(...dueAt)).toBeLessThanOrEqual(nowMs);
          taken.push(...dueAt);
          for (const { life } of due) if (life.left.length > 0) queue.add(life);
        }
      };
      takeAll(HALF_MS);
      const all = times.flatMap((ofLife, beganAtMs) => ofLife.map((atMs) => beganAtMs + atMs));
      expect(taken).toHaveLength(all.filter((atMs) => atMs <= HALF_MS).length);
      takeAll(Infinity);
      expect(taken).toHaveLength(all.length);
    }),
  );
});

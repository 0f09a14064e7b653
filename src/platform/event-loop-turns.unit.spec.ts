import { setImmediate as afterReading } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { eachInTurns, mapInTurns, nextTurn } from './event-loop-turns.js';

const numbers = Array.from({ length: 250 }, (_, index) => index);

/** How often the event loop comes round until the work is done. */
async function roundsDuring(work: Promise<unknown>): Promise<number> {
  let rounds = 0;
  let done = false;
  void work.finally(() => (done = true));
  while (!done) {
    await afterReading();
    rounds++;
  }
  return rounds;
}

describe('nextTurn', () => {
  it('gives each who waits a turn of the event loop to himself, first come first', async () => {
    const order: string[] = [];
    const first = nextTurn('request').then(() => order.push('first'));
    const second = nextTurn('request').then(() => order.push('second'));
    setImmediate(() => order.push('something else'));
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'something else', 'second']);
  });

  it('goes on when somebody asks again within his turn', async () => {
    await nextTurn('background');
    await nextTurn('background');
    expect(await roundsDuring(nextTurn('background'))).toBeGreaterThanOrEqual(1);
  });
});

describe('nextTurn, while every round of the event loop is busy', () => {
  let rounds: number;
  beforeEach(() => {
    let isOver = false;
    rounds = 0;
    const beBusy = () => {
      if (isOver) return;
      rounds++;
      const untilMs = performance.now() + 1;
      while (performance.now() < untilMs);
      setImmediate(beBusy);
    };
    setImmediate(beBusy);
    return () => void (isOver = true);
  });

  it('comes at once for a request', async () => {
    await nextTurn('request');
    expect(rounds).toBe(1);
  });

  it('comes after some rounds for what nobody waits for', async () => {
    await nextTurn('background');
    const before = rounds;
    await nextTurn('background');
    expect(rounds - before).toBe(5);
  });

  it('comes for both, however many requests want one', async () => {
    const order: string[] = [];
    const request = async (): Promise<void> => {
      while (!order.includes('background')) {
        await nextTurn('request');
        order.push('request');
      }
    };
    await Promise.all([nextTurn('background').then(() => order.push('background')), request()]);
    const requests = order.indexOf('background');
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThanOrEqual(5);
  });
});

describe('eachInTurns', () => {
  it('takes all items in order, with their places', async () => {
    const taken: [string, number][] = [];
    await eachInTurns('background', ['a', 'b', 'c'], (item, index) => taken.push([item, index]));
    expect(taken).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('lets the event loop come round between some items and the next', async () => {
    let mostInOneTurn = 0;
    let inThisTurn = 0;
    const work = eachInTurns('background', numbers, () => {
      if (inThisTurn++ === 0) queueMicrotask(() => queueMicrotask(() => (inThisTurn = 0)));
      mostInOneTurn = Math.max(mostInOneTurn, inThisTurn);
    });
    expect(await roundsDuring(work)).toBeGreaterThanOrEqual(2);
    expect(mostInOneTurn).toBe(100);
  });

  it('ends one piece of work before it begins another', async () => {
    const order: string[] = [];
    const pieceOf = (name: string) => () => {
      if (order.at(-1) !== name) order.push(name);
    };
    const works = [
      eachInTurns('background', numbers, pieceOf('a')),
      eachInTurns('background', numbers, pieceOf('b')),
    ];
    await Promise.all([...works, nextTurn('background').then(pieceOf('c'))]);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('needs no turn when there is nothing to do', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('turn'));
    await eachInTurns('background', [], () => order.push('item'));
    expect(order).toEqual([]);
  });

  it('ends with what the work throws', async () => {
    const done: number[] = [];
    const work = eachInTurns('background', numbers, (number) => {
      if (number === 140) throw new Error('not this one');
      done.push(number);
    });
    await expect(work).rejects.toThrow('not this one');
    expect(done).toHaveLength(140);
  });
});

describe('mapInTurns', () => {
  it('returns what came of each item, in order', async () => {
    expect(await mapInTurns('background', numbers, (number) => number * 2)).toEqual(
      numbers.map((number) => number * 2),
    );
  });
});

import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Lifecycle, StepError } from './lifecycle.js';

let lifecycle: Lifecycle;
let logged: string;
let done: string[];
beforeEach(() => {
  logged = '';
  done = [];
  lifecycle = new Lifecycle(pino({}, { write: (line: string) => void (logged += line) }));
});

describe('the start', () => {
  it('goes on behind the steps that are done, and says which one failed', async () => {
    let isBroken = true;
    lifecycle.beforeReady('first', () => void done.push('first'));
    lifecycle.beforeReady('second', () => {
      if (isBroken) throw new Error('away');
      done.push('second');
    });
    lifecycle.beforeReady('third', () => void done.push('third'));
    const failure: unknown = await lifecycle.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepError);
    expect(failure).toMatchObject({ step: 'second', message: 'second: away' });
    isBroken = false;
    await lifecycle.start();
    expect(done).toEqual(['first', 'second', 'third']);
  });
});

describe('the stop', () => {
  it('does all of its steps, whatever becomes of one', async () => {
    for (const add of ['onDrain', 'onClose'] as const) {
      lifecycle[add](`${add} 1`, () => Promise.reject(new Error('stuck')));
      lifecycle[add](`${add} 2`, () => void done.push(`${add} 2`));
    }
    await lifecycle.drain();
    await lifecycle.close();
    expect(done).toEqual(['onDrain 2', 'onClose 2']);
    expect(logged.match(/"step":"onDrain 1"|"step":"onClose 1"/g)).toHaveLength(2);
  });
});

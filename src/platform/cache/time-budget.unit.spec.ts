import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BudgetSpentError, TimeBudget } from './time-budget.js';

const busyFor = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('time budget', () => {
  it('hands on an answer and a failure that come in time', async () => {
    const budget = new TimeBudget(1_000);
    await expect(budget.spend(Promise.resolve(1))).resolves.toBe(1);
    await expect(budget.spend(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('gives up on what does not answer, for each at its own time, and again after a rest', async () => {
    const budget = new TimeBudget(50);
    for (let round = 0; round < 2; round++) {
      const startedAt = performance.now();
      await expect(budget.spend(new Promise(() => undefined))).rejects.toThrow(BudgetSpentError);
      expect(performance.now() - startedAt).toBeGreaterThan(35);
    }
    const first = budget.spend(new Promise(() => undefined)).catch(() => 'first');
    const inTime = budget.spend(new Promise((resolve) => setTimeout(() => resolve('in time'), 1)));
    expect(await Promise.race([first, inTime])).toBe('in time');
    expect(await first).toBe('first');
  });

  it('does not count the time during which this process was busy', async () => {
    const server = createServer((socket: Socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    const budget = new TimeBudget(25);
    // Asked for before the busy stretch, sent and answered after it.
    setImmediate(() => client.write('x'));
    const answer = budget.spend(once(client, 'data'));
    busyFor(150);
    await expect(answer).resolves.toHaveLength(1);
    client.destroy();
    server.close();
  });
});

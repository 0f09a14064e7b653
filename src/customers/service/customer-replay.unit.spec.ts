import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { Replays } from '../../platform/messaging/replays.js';
import type { Topics } from '../../platform/messaging/topics.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import { CustomerReplay } from './customer-replay.js';
import type { CustomerSnapshots } from './customer-snapshots.js';
import type { CustomerState } from './customer-state.js';
import type { RefusedRecords } from './refused-records.js';

const log = pino({ level: 'silent' });
const POSITIONS = new Map([[0, { next: 7 }]]);
const LOW = new Map([[0, 1]]);

const done = () => Promise.resolve();

function replayOf({ forgetBefore = done }: { forgetBefore?: () => Promise<void> } = {}) {
  const said: string[] = [];
  const note =
    (name: string) =>
    (...facts: unknown[]): Promise<void> => {
      said.push([name, ...facts].join(' '));
      return Promise.resolve();
    };
  const names = ['startOver', 'complete', 'settle', 'clear', 'forgetTombstones'];
  const memory = Object.fromEntries(names.map((name) => [name, note(`memory.${name}`)]));
  const state = { unready: () => undefined, startOver: note('state.startOver') };
  const snapshots = {
    discard: note('discard'),
    isDue: vi.fn(() => true),
    take: vi.fn(done),
    takeLast: vi.fn(done),
  };
  const replays = new Replays();
  const lifecycle = new Lifecycle(log);
  const replay = new CustomerReplay(
    replays,
    { deployedName: (name: string) => name } as Topics,
    // Classes with private parts, of which these methods are asked.
    memory as unknown as CustomerMemory,
    state as unknown as CustomerState,
    snapshots as unknown as CustomerSnapshots,
    { isEmpty: true, forgetBefore } as unknown as RefusedRecords,
    lifecycle,
    log,
  );
  replay.onModuleInit();
  replays.opened('customers', 'users', {
    isUnderWay: false,
    behindMs: () => 60_000.5,
    positions: () => POSITIONS,
    lowOffsets: () => LOW,
  });
  return { replay, said, snapshots, lifecycle };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

describe('the memory follows the reading', () => {
  it('that starts over', () => {
    const { replay, said } = replayOf();
    replay.restarted();
    expect(said).toEqual(['memory.startOver', 'state.startOver', 'discard']);
  });

  it('that has passed the end', async () => {
    const { replay, said, lifecycle } = replayOf();
    await replay.passed();
    expect(said).toEqual(['memory.complete', 'memory.settle background']);
    await lifecycle.close();
  });

  it('which goes on while the database hangs', async () => {
    const forgetBefore = vi.fn(() => new Promise<void>(() => undefined));
    const { replay, lifecycle } = replayOf({ forgetBefore });
    await replay.passed();
    expect(forgetBefore).toHaveBeenCalledExactlyOnceWith('users', LOW);
    await lifecycle.close();
  });

  it('which goes on when the database fails', async () => {
    const debug = vi.spyOn(log, 'debug');
    const { replay, lifecycle } = replayOf({ forgetBefore: () => Promise.reject(new Error('away')) });
    await replay.passed();
    await eventually(() => expect(debug).toHaveBeenCalledOnce());
    await lifecycle.close();
  });
});

it('a snapshot is of the time at which its positions were the end of the topic', async () => {
  const { replay, snapshots, lifecycle } = replayOf();
  await replay.passed();
  const beforeMs = Date.now();
  vi.advanceTimersByTime(1_000);
  await lifecycle.close();
  const heads = [snapshots.isDue, snapshots.take, snapshots.takeLast].map(
    ({ mock }) => (mock.calls as unknown as [{ takenAtMs: number }][])[0]![0],
  );
  for (const head of heads) {
    expect(head).toMatchObject({ topic: 'users', positions: POSITIONS });
    expect(Number.isInteger(head.takenAtMs)).toBe(true);
    expect(head.takenAtMs).toBeGreaterThanOrEqual(beforeMs - 60_001);
    expect(head.takenAtMs).toBeLessThanOrEqual(Date.now() - 60_000);
  }
});

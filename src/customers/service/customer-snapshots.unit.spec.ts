import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Environment } from '../../platform/config/environment.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import { SnapshotFile } from '../cache/customer-snapshot.js';
import { AMPLE_BYTES, putCustomer } from '../cache/customer-table.fixture.js';
import type { SnapshotHead } from '../cache/snapshot-head.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerSnapshots } from './customer-snapshots.js';

const KEPT_MS = 86_400_000;
const log = pino({ level: 'silent' });
let directory: string;
let memory: CustomerMemory;
let snapshots: CustomerSnapshots;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'customer-snapshots-'));
  memory = new CustomerMemory({ maxBytes: AMPLE_BYTES });
  putCustomer(memory, 'a');
  snapshots = snapshotsOf(memory);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

function snapshotsOf(filled: CustomerMemory): CustomerSnapshots {
  register.clear();
  const environment = Object.assign(new Environment(), { DATA_DIR: directory });
  return new CustomerSnapshots(filled, new CustomersSettings(), environment, log);
}

const headOf = (takenAtMs: number, next = 7): SnapshotHead => ({
  topic: 'users',
  takenAtMs,
  positions: new Map([[0, { next }]]),
});

/** A write that lasts until it is told to end. */
function hangingWrite() {
  return vi.spyOn(SnapshotFile.prototype, 'write').mockImplementation(
    (_head, _table, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
}

describe('a snapshot that is loaded', () => {
  const load = async (maxBytes: number, maxAgeMs: number) => {
    const filled = new CustomerMemory({ maxBytes });
    const positions = await snapshotsOf(filled).load(maxAgeMs);
    return { positions, size: filled.size };
  };

  it('is as old as its positions', async () => {
    const head = headOf(Date.now() - 5_000);
    await snapshots.take(head);
    expect(await load(AMPLE_BYTES, 60_000)).toMatchObject({
      positions: { positions: head.positions },
      size: 1,
    });
    expect(await load(AMPLE_BYTES, 4_000)).toEqual({ positions: undefined, size: 0 });
  });

  it('is left where it does not fit, with nothing of it', async () => {
    await snapshots.take(headOf(Date.now()));
    const warn = vi.spyOn(log, 'warn');
    expect(await load(1, KEPT_MS)).toEqual({ positions: undefined, size: 0 });
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('a snapshot is due', () => {
  it('when there is none, and not again at once where none could be taken', async () => {
    expect(snapshots.isDue(headOf(Date.now()), KEPT_MS)).toBe(true);
    vi.spyOn(SnapshotFile.prototype, 'write').mockRejectedValue(new Error('the disk is full'));
    await snapshots.take(headOf(Date.now()));
    expect(snapshots.isDue(headOf(Date.now()), KEPT_MS)).toBe(false);
  });

  it('when it gets old, though nothing came, and is taken then', async () => {
    await snapshots.take(headOf(Date.now() - KEPT_MS / 3));
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + KEPT_MS);
    const write = vi.spyOn(SnapshotFile.prototype, 'write');
    const now = headOf(Date.now());
    expect(snapshots.isDue(now, KEPT_MS)).toBe(true);
    await snapshots.take(now);
    expect(write.mock.calls.map(([head]) => head)).toEqual([now]);
  });

  it('not while Kafka is away, when it would be as old as the one before', async () => {
    const old = headOf(Date.now() - KEPT_MS / 3);
    await snapshots.take(old);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + KEPT_MS);
    expect(snapshots.isDue(old, KEPT_MS)).toBe(false);
  });
});

describe('the last snapshot', () => {
  it('is not taken where nothing came', async () => {
    await snapshots.take(headOf(1));
    const write = vi.spyOn(SnapshotFile.prototype, 'write');
    await snapshots.takeLast(headOf(2), 1_000);
    expect(write).not.toHaveBeenCalled();
    await snapshots.takeLast(headOf(2, 8), 1_000);
    expect(write).toHaveBeenCalledOnce();
  });

  it('is waited for no longer than the limit, also where one was under way', async () => {
    hangingWrite();
    const first = snapshots.take(headOf(1));
    await snapshots.takeLast(headOf(2, 8), 10);
    await first;
  });
});

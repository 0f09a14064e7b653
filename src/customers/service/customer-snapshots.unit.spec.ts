import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Environment } from '../../platform/config/environment.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import { SnapshotFile } from '../cache/customer-snapshot.js';
import { CustomerTable } from '../cache/customer-table.js';
import { SharedMemory } from '../cache/memory-budget.js';
import { AMPLE_BYTES, putCustomer } from '../cache/customer-table.fixture.js';
import type { SnapshotHead } from '../cache/snapshot-head.js';
import { TableFullError } from '../cache/table-full.error.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerSnapshots } from './customer-snapshots.js';

const KEPT_MS = 86_400_000;
const log = pino({ level: 'silent' });
let directory: string;
let table: CustomerTable;
let snapshots: CustomerSnapshots;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'customer-snapshots-'));
  table = new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES) });
  putCustomer(table, 'a');
  snapshots = snapshotsOf(table);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

function snapshotsOf(filled: CustomerTable): CustomerSnapshots {
  register.clear();
  const memory = { table: filled, size: filled.size, clear: () => filled.clear() };
  const environment = Object.assign(new Environment(), { DATA_DIR: directory });
  return new CustomerSnapshots(
    memory as unknown as CustomerMemory,
    new CustomersSettings(),
    environment,
    log,
  );
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
  it('is as old as its positions', async () => {
    await snapshots.take(headOf(Date.now() - 5_000));
    expect(
      await snapshotsOf(new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES) })).load(4_000),
    ).toBeUndefined();
  });

  it('is left where it does not fit, with nothing of it', async () => {
    await snapshots.take(headOf(Date.now()));
    vi.spyOn(SnapshotFile.prototype, 'read').mockRejectedValue(new TableFullError(1));
    const warn = vi.spyOn(log, 'warn');
    expect(await snapshots.load(KEPT_MS)).toBeUndefined();
    expect(table.size).toBe(0);
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

it('a snapshot that is discarded while it is written does not come after all', async () => {
  const write = hangingWrite();
  const writing = snapshots.take(headOf(1));
  await snapshots.discard();
  await writing;
  write.mockRestore();
  expect(await readdir(directory)).toEqual([]);
  await snapshots.take(headOf(2));
  expect(await readdir(directory)).toEqual(['customers.users.snapshot']);
});

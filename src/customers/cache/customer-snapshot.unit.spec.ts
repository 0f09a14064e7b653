import {
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
  rename,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SnapshotFile, SnapshotOvertakenError } from './customer-snapshot.js';
import type { SnapshotHead } from './snapshot-head.js';
import { CustomerTable } from './customer-table.js';
import { allIds, AMPLE_BYTES, nextPlace, putCustomer, removeCustomer } from './customer-table.fixture.js';
import { SharedMemory } from './memory-budget.js';
import { BlockWriter } from './snapshot-blocks.js';
import { TableFullError } from './table-full.error.js';

vi.mock(import('node:fs/promises'), async (original) => {
  const actual = await original();
  return { ...actual, rename: vi.fn(actual.rename) };
});

const HEAD: SnapshotHead = {
  topic: 'users',
  takenAtMs: 1_700_000_000_000,
  positions: new Map([
    [0, { next: 7, anchor: { offset: 6, time: 9007199254740993n, key: Buffer.from([0xff, 0x00]) } }],
    [1, { next: 2 ** 52, anchor: { offset: 2 ** 52 - 1, time: -1n, key: null } }],
    [2, { next: 0 }],
  ]),
};

let directory: string;
let path: string;
let snapshot: SnapshotFile;
let table: CustomerTable;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'customer-snapshot-'));
  path = join(directory, 'customers.users.snapshot');
  snapshot = new SnapshotFile(directory, 'users', pino({ level: 'silent' }));
  table = newTable();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

const newTable = () => new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES) });

/** What all open files have their methods of. */
async function fileHandles(): Promise<FileHandle> {
  const file = await open(directory, 'r');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

/** Whether any of it is believed. */
async function isBelieved(file = snapshot): Promise<boolean> {
  const restored = newTable();
  const head = await file.read(restored);
  if (head === undefined) expect([restored.size, restored.get('a')]).toEqual([0, undefined]);
  return head !== undefined;
}

describe('a snapshot', () => {
  it('brings back customers, tombstones and positions', async () => {
    const held = nextPlace(3);
    table.put(Buffer.from('a'), 'text é', 9007199254740993n, held);
    const { time } = nextPlace();
    table.remove(Buffer.from('dead'), { partition: 1, offset: 1, time: time + 5n });
    await snapshot.write(HEAD, table);

    const restored = newTable();
    expect(await snapshot.read(restored)).toEqual(HEAD);
    expect(restored.get('a')).toEqual({ json: 'text é', etag: '"9007199254740993"' });
    expect(await allIds(restored, 10)).toEqual(['a']);
    expect(restored.put(Buffer.from('a'), 'again', 1n, held)).toBe('outdated');
    const older = { partition: 2, offset: 9, time: time + 4n };
    expect(restored.put(Buffer.from('dead'), 'old', 1n, older)).toBe('outdated');
  });

  it('knows since when a tombstone has been there', async () => {
    table.remove(Buffer.from('dead'), { partition: 0, offset: 0, time: 9n }, Date.now() - 60_000);
    await snapshot.write(HEAD, table);
    const restored = newTable();
    await snapshot.read(restored);
    await restored.forgetTombstones(50_000);
    expect(restored.put(Buffer.from('dead'), 'old', 1n, { partition: 1, offset: 0, time: 1n })).toBe(
      'created',
    );
  });

  it('of many customers, some of them large, has all that were there when it was begun', async () => {
    for (let n = 0; n < 30_000; n++)
      putCustomer(table, `id ${(n * 7_919) % 30_011}`, n % 100 === 0 ? 5_000 : 50);
    putCustomer(table, 'large', 3_000_000);
    const ids = await allIds(table, 1_000);
    const writing = snapshot.write(HEAD, table);
    let isWriting = true;
    void writing.finally(() => (isWriting = false));
    for (let n = 0; isWriting; n++) {
      putCustomer(table, `new ${n}`);
      putCustomer(table, ids[n % ids.length]!, n % 90);
      await new Promise(setImmediate);
    }
    await writing;
    const restored = newTable();
    expect(await snapshot.read(restored)).toEqual(HEAD);
    const found = new Set(await allIds(restored, 1_000));
    expect(ids.filter((id) => !found.has(id))).toEqual([]);
  });

  it('of an empty table brings back positions', async () => {
    await snapshot.write(HEAD, table);
    expect(await isBelieved()).toBe(true);
  });

  it('replaces the one before, and nobody else may read it', async () => {
    putCustomer(table, 'a');
    await snapshot.write(HEAD, table);
    removeCustomer(table, 'a');
    await snapshot.write(HEAD, table);
    const restored = newTable();
    await snapshot.read(restored);
    expect(restored.size).toBe(0);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['customers.users.snapshot']);
  });
});

describe('a snapshot is not used', () => {
  beforeEach(async () => {
    putCustomer(table, 'a', 5);
    removeCustomer(table, 'b');
    await snapshot.write(HEAD, table);
    expect(await isBelieved()).toBe(true);
  });

  it('when there is none', async () => {
    await snapshot.discard();
    expect(await isBelieved()).toBe(false);
    await snapshot.discard();
  });

  it('when it is of another topic', async () => {
    await rename(path, join(directory, 'customers.others.snapshot'));
    expect(await isBelieved(new SnapshotFile(directory, 'others', pino({ level: 'silent' })))).toBe(false);
  });

  it('when it was written by a version that writes it otherwise', async () => {
    const file = await open(path, 'w');
    const writer = new BlockWriter(file);
    const head = { format: 'waybill customers 0', topic: 'users', takenAtMs: 1, positions: [] };
    for (const block of [Buffer.from(JSON.stringify(head)), Buffer.alloc(0)]) await writer.write(block);
    await file.close();
    expect(await isBelieved()).toBe(false);
  });

  it('when it has no room in memory', async () => {
    const restored = new CustomerTable({ memory: new SharedMemory(1_000) });
    await expect(snapshot.read(restored)).rejects.toThrow(TableFullError);
    expect(restored.size).toBe(0);
  });

  it('with any bit of any byte changed', async () => {
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const garbled = Buffer.from(whole);
      garbled[at]! ^= 1 << (at % 8);
      await writeFile(path, garbled);
      expect(await isBelieved(), `byte ${at}`).toBe(false);
    }
  });

  it('with its end missing, from anywhere on, or with more behind it', async () => {
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      expect(await isBelieved(), `${length} bytes`).toBe(false);
    }
    await writeFile(path, Buffer.concat([whole, Buffer.alloc(8)]));
    expect(await isBelieved()).toBe(false);
  });
});

it('a file with a block missing, or two in another order, is not believed', async () => {
  for (let n = 0; n < 3; n++) putCustomer(table, `id ${n}`, 200_000);
  await snapshot.write(HEAD, table);
  const whole = await readFile(path);
  const blocks: Buffer[] = [];
  for (let at = 0; at < whole.length; at += blocks.at(-1)!.length) {
    blocks.push(whole.subarray(at, at + 8 + whole.readUInt32LE(at)));
  }
  expect(blocks).toHaveLength(5);
  const [head, one, two, three, end] = blocks as [Buffer, Buffer, Buffer, Buffer, Buffer];
  for (const order of [
    [head, one, three, end],
    [head, one, two, end],
    [head, two, one, three, end],
    [head, end],
    [one, two, three, end],
  ]) {
    await writeFile(path, Buffer.concat(order));
    expect(await isBelieved()).toBe(false);
  }
  await writeFile(path, Buffer.concat(blocks));
  expect(await isBelieved()).toBe(true);
});

describe('a snapshot that fails', () => {
  beforeEach(async () => {
    for (let n = 0; n < 20_000; n++) putCustomer(table, `id ${n}`);
    await snapshot.write(HEAD, table);
  });

  it.each([
    ['that is called off', () => AbortSignal.timeout(1), 'timeout'],
    ['of a table that is cleared', () => void table.clear(), SnapshotOvertakenError],
  ])('%s, leaves nothing behind and the one before in its place', async (_, happens, error) => {
    const before = await readFile(path);
    const controller = new AbortController();
    const writing = snapshot.write(HEAD, table, controller.signal);
    if (happens() instanceof AbortSignal) controller.abort(new Error('timeout'));
    await expect(writing).rejects.toThrow(error);
    expect(await readdir(directory)).toEqual(['customers.users.snapshot']);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it.each([
    ['discarded', () => snapshot.discard(), []],
    ['of a table that is cleared', () => void table.clear(), ['customers.users.snapshot']],
  ])('since it is %s during the last fsync, does not come back', async (_, happens, left) => {
    const before = await readFile(path);
    const writing = snapshot.write(HEAD, table);
    const failed = expect(writing).rejects.toThrow(SnapshotOvertakenError);
    let happened: Promise<void> | undefined;
    const fsync = vi.spyOn(await fileHandles(), 'sync').mockImplementationOnce(() => {
      happened = happens() ?? Promise.resolve();
      return Promise.resolve();
    });
    await failed;
    expect(fsync).toHaveBeenCalledTimes(1);
    await happened;
    expect(await readdir(directory)).toEqual(left);
    if (left.length > 0) expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('since it is discarded while it is put in its place, is removed after that', async () => {
    const { rename: really } = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
    const order: string[] = [];
    let discarding: Promise<unknown> | undefined;
    vi.mocked(rename).mockImplementationOnce(async (from, to) => {
      discarding = snapshot.discard().then(() => order.push('discarded'));
      // Enough for a removal that does not wait.
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      await really(from, to);
      order.push('in its place');
    });
    await snapshot.write(HEAD, table);
    await discarding;
    expect(order).toEqual(['in its place', 'discarded']);
    expect(await readdir(directory)).toEqual([]);
  });

  it('because its process was killed, is removed after an hour, and another one not before', async () => {
    const old = `${path}.old.tmp`;
    const young = `${path}.young.tmp`;
    const foreign = join(directory, 'other.tmp');
    for (const name of [old, young, foreign]) await writeFile(name, 'x');
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    await utimes(old, ago(61), ago(61));
    await utimes(young, ago(59), ago(59));
    await utimes(foreign, ago(600), ago(600));
    await snapshot.write(HEAD, table);
    expect((await readdir(directory)).sort()).toEqual([
      'customers.users.snapshot',
      'customers.users.snapshot.young.tmp',
      'other.tmp',
    ]);
  });
});

it('two that are written at the same time are both whole', async () => {
  for (let n = 0; n < 5_000; n++) putCustomer(table, `id ${n}`);
  const other = new SnapshotFile(directory, 'users', pino({ level: 'silent' }));
  await Promise.all([snapshot.write(HEAD, table), other.write(HEAD, table)]);
  expect(await isBelieved()).toBe(true);
  expect(await readdir(directory)).toEqual(['customers.users.snapshot']);
});

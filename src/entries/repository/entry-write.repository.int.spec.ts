import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { SourcePosition } from '../../platform/messaging/source-position.js';
import { entries } from '../entries.module.js';
import { etagOf } from '../model/stored-entry.js';
import { EntryWriteRepository, StoredMeanwhileError, type StoreReceipt } from './entry-write.repository.js';
import type { WriteToStore } from './entry-write.sql.js';

const HOUR_US = 3_600_000_000;
const nowUs = (): number => Date.now() * 1_000;

let house: WaybillDatabase;
const repository = new EntryWriteRepository();

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [entries] });
});
beforeEach(() => house.rows('TRUNCATE entries.cache_entries'));
afterAll(() => house.drop());

type Parts = Partial<WriteToStore>;

const put = (key: string, text = '1', parts: Parts = {}): WriteToStore => ({
  instance: 'i',
  key,
  content: { value: Buffer.from(text) },
  ...parts,
});
const remove = (key: string, parts: Parts = {}): WriteToStore => ({
  instance: 'i',
  key,
  content: undefined,
  ...parts,
});
const write = async (...writes: WriteToStore[]): Promise<readonly StoreReceipt[]> =>
  (await house.database.transaction((tx) => repository.write(tx, writes))).receipts;
/** `created 1` and the like. */
const told = (receipts: readonly StoreReceipt[]): string[] =>
  receipts.map((receipt) =>
    'entry' in receipt ? `${receipt.outcome} ${receipt.entry.version}` : receipt.outcome,
  );
const writeAndTell = async (...writes: WriteToStore[]): Promise<string[]> => told(await write(...writes));
const entryOf = (receipt: StoreReceipt | undefined) => {
  if (receipt === undefined || !('entry' in receipt)) throw new Error('nothing was stored');
  return receipt.entry;
};
const at = (offset: number, timestampMs = 1_000 + offset, stream = 't/0'): SourcePosition => ({
  stream,
  offset,
  timestampMs,
});

describe('a write finds out how its key stands', () => {
  it('creates, replaces and deletes, and goes on counting', async () => {
    expect(await writeAndTell(put('a'))).toEqual(['created 1']);
    expect(await writeAndTell(put('a'))).toEqual(['replaced 2']);
    expect(await writeAndTell(remove('a'))).toEqual(['deleted 3']);
    expect(await writeAndTell(remove('a'), remove('nobody'))).toEqual(['absent', 'absent']);
    expect(await writeAndTell(put('a'))).toEqual(['created 4']);
  });

  it('several of one key in their order, whatever order the keys are in', async () => {
    const writes = [put('b'), put('a'), remove('b'), put('b'), put('a'), remove('c')];
    expect(await writeAndTell(...writes)).toEqual([
      'created 1',
      'created 1',
      'deleted 2',
      'created 3',
      'replaced 2',
      'absent',
    ]);
  });

  it('keeps all of its content, and an empty value is one', async () => {
    const content = {
      value: Buffer.from([0, 255, 1]),
      contentType: 'image/png',
      metadata: '{"a": "\\u0000"}',
      ttlSeconds: 60,
    };
    const [receipt] = await write(put('k\0ö', '', { content }), put('empty', ''));
    const { createdAtUs, updatedAtUs, endsAtUs } = entryOf(receipt);
    expect(updatedAtUs).toBe(createdAtUs);
    expect(endsAtUs).toBe(createdAtUs + 60_000_000);
    const rows = await house.rows(
      'SELECT key, value, content_type, metadata, ttl_seconds FROM entries.cache_entries ORDER BY key',
    );
    expect(rows).toEqual([
      {
        key: Buffer.from('empty'),
        value: Buffer.alloc(0),
        content_type: null,
        metadata: null,
        ttl_seconds: null,
      },
      {
        key: Buffer.from('k\0ö'),
        value: content.value,
        content_type: 'image/png',
        metadata: content.metadata,
        ttl_seconds: 60,
      },
    ]);
  });

  it('of one whose value has ended is new, and there is nothing to delete', async () => {
    const ended = { endsAtUs: nowUs() - 1 };
    expect(await writeAndTell(put('a', '1', ended), put('b', '1', ended))).toEqual([
      'created 1',
      'created 1',
    ]);
    expect(await writeAndTell(put('a'), remove('b'))).toEqual(['created 2', 'absent']);
  });

  it('has another ETag in each of its lives, the one that SQL judges by', async () => {
    const [first] = await write(put('a'));
    const [second] = await write(put('a'));
    expect(entryOf(second).createdAtUs).toBe(entryOf(first).createdAtUs);
    await write(remove('a'));
    const [third] = await write(put('a'));
    expect(entryOf(third).createdAtUs).toBeGreaterThan(entryOf(first).createdAtUs);
    const etag = etagOf(entryOf(third));
    expect(await writeAndTell(put('a', '1', { ifMatch: [etagOf(entryOf(second))] }))).toEqual(['mismatched']);
    expect(await writeAndTell(put('a', '1', { ifMatch: ['"x"', etag] }))).toEqual(['replaced 5']);
  });

  it('is made on its conditions alone', async () => {
    const [a] = await write(put('a'));
    const etag = etagOf(entryOf(a));
    const conditions: [WriteToStore, string][] = [
      [put('new', '1', { ifMatch: '*' }), 'mismatched'],
      [put('new', '1', { ifMatch: [etag] }), 'mismatched'],
      [remove('new', { ifMatch: '*' }), 'mismatched'],
      [put('a', '1', { ifNoneMatch: '*' }), 'mismatched'],
      [put('a', '1', { ifNoneMatch: [etag, '"x"'] }), 'mismatched'],
      [put('a', '1', { ifMatch: [] }), 'mismatched'],
      [put('a', '1', { ifNoneMatch: ['"x"'] }), 'replaced 2'],
      [put('a', '1', { ifMatch: '*' }), 'replaced 3'],
      [put('b', '1', { ifNoneMatch: '*' }), 'created 1'],
      [remove('a', { ifMatch: [`"3-${entryOf(a).createdAtUs}"`] }), 'deleted 4'],
      [put('a', '1', { ifNoneMatch: '*' }), 'created 5'],
    ];
    for (const [one, expected] of conditions) expect(await writeAndTell(one)).toEqual([expected]);
  });

  it('is outdated where what is held was written later, also a tombstone', async () => {
    const us = nowUs();
    expect(await writeAndTell(put('a', '1', { writtenAtUs: us }))).toEqual(['created 1']);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: us - 1 }))).toEqual(['outdated']);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: us }))).toEqual(['replaced 2']);
    expect(await writeAndTell(remove('a', { writtenAtUs: us + HOUR_US }))).toEqual(['deleted 3']);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: us + 1 }))).toEqual(['outdated']);
    // Without a time it is now that counts, whatever others say of theirs.
    expect(await writeAndTell(put('a'))).toEqual(['created 4']);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: us }))).toEqual(['outdated']);
  });
});

describe('a write that has waited', () => {
  it('is made once, however often its event comes', async () => {
    expect(await writeAndTell(put('a', '1', { source: at(1) }), put('a', '2', { source: at(2) }))).toEqual([
      'created 1',
      'replaced 2',
    ]);
    expect(await writeAndTell(put('a', '1', { source: at(1) }), put('a', '2', { source: at(2) }))).toEqual([
      'repeated',
      'repeated',
    ]);
    expect(await writeAndTell(put('a', '3', { source: at(3) }))).toEqual(['replaced 3']);
  });

  it('is known again where the clocks of its senders differ', async () => {
    const events = [put('a', '1', { source: at(1, 9_000) }), put('a', '2', { source: at(2, 5_000) })];
    expect(await writeAndTell(...events)).toEqual(['created 1', 'replaced 2']);
    expect(await writeAndTell(...events)).toEqual(['repeated', 'repeated']);
  });

  it('is another one in a topic that was made anew', async () => {
    await write(put('a', '1', { source: at(7, 1_000) }));
    expect(await writeAndTell(put('a', '2', { source: at(0, 2_000) }))).toEqual(['replaced 2']);
    expect(await writeAndTell(put('a', '2', { source: at(0, 2_000, 't/1') }))).toEqual(['replaced 3']);
  });

  it('counts for those before it that nobody will see, but for those that are stored', async () => {
    const run = put('a', '3', { source: at(3), earlier: [at(1), at(2)] });
    expect(await writeAndTell(run)).toEqual(['created 3']);
    expect(await writeAndTell(run)).toEqual(['repeated']);
    expect(await writeAndTell(put('a', '5', { source: at(6), earlier: [at(2), at(3), at(4)] }))).toEqual([
      'replaced 5',
    ]);
    // Another topic of the same name.
    const anew = put('a', '1', { source: at(1, 20_000), earlier: [at(0, 19_000)] });
    expect(await writeAndTell(anew)).toEqual(['replaced 7']);
  });

  it('does not win over what was written since without waiting', async () => {
    const acceptedAtUs = nowUs() - 1_000_000;
    await write(remove('a'), put('b'));
    await write(put('a'), put('b'));
    expect(
      await writeAndTell(
        put('a', '2', { acceptedAtUs, source: at(1) }),
        put('b', '2', { acceptedAtUs: nowUs() + HOUR_US, source: at(2) }),
        put('c', '2', { acceptedAtUs, source: at(3) }),
      ),
    ).toEqual(['outdated', 'replaced 3', 'created 1']);
    // Between those that wait their order counts, and no clock.
    expect(await writeAndTell(put('c', '2', { acceptedAtUs: acceptedAtUs - 1, source: at(4) }))).toEqual([
      'replaced 2',
    ]);
  });

  it('has the time that it was accepted at, and ends when that said', async () => {
    const [acceptedAtUs, endsAtUs] = [nowUs() - 5_000_000, nowUs() + 5_000_000];
    const content = { value: Buffer.from('1'), ttlSeconds: 10 };
    const [receipt] = await write(put('a', '', { content, acceptedAtUs, endsAtUs, source: at(1) }));
    expect(entryOf(receipt).endsAtUs).toBe(endsAtUs);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: acceptedAtUs - 1 }))).toEqual(['outdated']);
    expect(await writeAndTell(put('a', '1', { writtenAtUs: acceptedAtUs }))).toEqual(['replaced 2']);
  });
});

describe('writers at the same time', () => {
  const KEYS = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const ROUNDS = 15;

  async function writeUntilDone(writes: readonly WriteToStore[]): Promise<readonly StoreReceipt[]> {
    for (;;) {
      try {
        return await write(...writes);
      } catch (error) {
        if (!(error instanceof StoredMeanwhileError)) throw error;
      }
    }
  }

  it('neither stand in each other’s way nor count twice', async () => {
    const writer = async (): Promise<StoreReceipt[]> => {
      const receipts: StoreReceipt[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const keys = KEYS.toSorted(() => Math.random() - 0.5);
        receipts.push(...(await writeUntilDone(keys.map((key) => put(key)))));
      }
      return receipts;
    };
    const receipts = (await Promise.all([writer(), writer(), writer(), writer()])).flat();
    for (const key of KEYS) {
      const versions = receipts
        .map(entryOf)
        .filter((entry) => entry.key === key)
        .map(({ version }) => version);
      expect(versions.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 4 * ROUNDS }, (_, index) => index + 1),
      );
    }
    expect(told(receipts).filter((one) => one.startsWith('created'))).toHaveLength(KEYS.length);
  });

  it('write nothing where somebody else is the first to store a key', async () => {
    let storeOther = (): void => undefined;
    const isLocked = new Promise<void>((resolve) => (storeOther = resolve));
    let commit = (): void => undefined;
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    const first = house.database.transaction(async (tx) => {
      await repository.write(tx, [put('b', 'first')]);
      storeOther();
      await mayCommit;
    });
    await isLocked;
    const second = write(put('a', 'second'), put('b', 'second'));
    const failed = expect(second).rejects.toBeInstanceOf(StoredMeanwhileError);
    // It waits for the row that the first has not committed.
    await waitsForLock();
    commit();
    await first;
    await failed;
    const rows = await house.rows<{ value: Buffer }>('SELECT value FROM entries.cache_entries');
    expect(rows.map(({ value }) => value.toString())).toEqual(['first']);
    expect(await writeAndTell(put('a', 'second'), put('b', 'second'))).toEqual(['created 1', 'replaced 2']);
  });

  const waitsForLock = (): Promise<void> =>
    eventually(async () => {
      const waiting = await house.rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
});

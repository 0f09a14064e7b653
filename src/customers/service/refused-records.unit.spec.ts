import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import type { Database } from '../../platform/database/database.js';
import type { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { knownFailures } from '../../platform/known-failures.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import type { RefusedRecordRepository } from '../repository/refused-record.repository.js';
import { RefusedRecords } from './refused-records.js';

const log = pino({ level: 'silent' });
let records: RefusedRecords;
let lifecycle: Lifecycle;
let kept: RefusedEvent[];
let isAway: boolean;

beforeEach(() => {
  [kept, isAway] = [[], true];
  lifecycle = new Lifecycle(log);
  const database = {
    transaction: (work: (tx: unknown) => Promise<void>) =>
      isAway ? Promise.reject(new TransientError('away')) : work(undefined),
  };
  const origins = { note: (_: unknown, refused: RefusedEvent[]) => Promise.resolve(refused) };
  const append = (_: unknown, refused: RefusedEvent[]) => Promise.resolve(void kept.push(...refused));
  records = new RefusedRecords(
    // Classes with private parts, of which these methods are asked.
    database as unknown as Database,
    origins as unknown as RefusedRecordRepository,
    { append } as unknown as DeadLetters,
    knownFailures(),
    lifecycle,
    log,
  );
  records.onModuleInit();
});
afterEach(() => {
  isAway = false;
  vi.restoreAllMocks();
  return lifecycle.close();
});

const aRefusal = (offset: number, fields: Partial<ReceivedEvent> = {}): RefusedEvent =>
  refusal(receivedEvent({ topic: 'users', partition: 0, offset, ...fields }));
const many = (from: number, to: number): RefusedEvent[] =>
  Array.from({ length: to - from }, (_, at) => aRefusal(from + at));
const offsets = (): number[] => kept.map(({ event }) => event.offset);

it('waits for nothing while the database is away, and is tried again where there is no room', async () => {
  await records.add(many(0, 999));
  await records.add(many(999, 1_100));
  await expect(records.add([aRefusal(1_100)])).rejects.toThrow(TransientError);
  isAway = false;
  await eventually(() => expect(records.isEmpty).toBe(true));
  await records.add([aRefusal(1_100)]);
  await eventually(() => expect(offsets()).toHaveLength(1_101));
});

it('takes a record once that is tried again, and says nothing of it where there is no room', async () => {
  await records.add([aRefusal(1), aRefusal(2)]);
  await records.add([aRefusal(1), aRefusal(2), aRefusal(3), aRefusal(2, { partition: 1 })]);
  await records.add(many(4, 1_100));
  await records.add([aRefusal(1)]);
  isAway = false;
  await eventually(() => expect(records.isEmpty).toBe(true));
  expect(offsets().slice(0, 4)).toEqual([1, 2, 3, 2]);
  expect(kept).toHaveLength(1_100);
});

it('holds copies, since what was fetched is larger than what is kept', async () => {
  const fetched = Buffer.from('kvnh');
  const one = aRefusal(1, {
    key: fetched.subarray(0, 1),
    value: fetched.subarray(1, 2),
    headers: [
      { name: fetched.subarray(2, 3), value: fetched.subarray(3) },
      { name: 'none', value: null },
    ],
  });
  await records.add([one, aRefusal(2, { key: null, value: null })]);
  fetched.fill('x');
  isAway = false;
  await eventually(() => expect(kept).toHaveLength(2));
  const { key, value, headers } = kept[0]!.event;
  expect([key, value, headers[0]!.name, headers[0]!.value].map(String)).toEqual(['k', 'v', 'n', 'h']);
  expect(headers[1]).toEqual({ name: 'none', value: null });
  expect([kept[1]!.event.key, kept[1]!.event.value]).toEqual([null, null]);
});

it('counts headers among the bytes that wait', async () => {
  await records.add([aRefusal(1, { headers: [{ name: 'a', value: Buffer.alloc(8 * 1_048_576) }] })]);
  await expect(records.add([aRefusal(2)])).rejects.toThrow('too many');
});

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { knownFailures } from '../../platform/known-failures.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { customers } from '../customers.module.js';
import { RefusedRecordRepository } from '../repository/refused-record.repository.js';
import { RefusedRecords } from './refused-records.js';

const log = pino({ level: 'silent' });
let house: WaybillDatabase;
let deadLetters: DeadLetters;

beforeEach(async () => {
  house = await openWaybillDatabase({ contexts: [customers] });
  deadLetters = newDeadLetters(house.database);
});
afterEach(() => house.drop());

/** As another process, or another start, has them. */
function refusedRecords(): RefusedRecords {
  const { database } = house;
  const origins = new RefusedRecordRepository(database);
  const records = new RefusedRecords(
    database,
    origins,
    deadLetters,
    knownFailures(),
    new Lifecycle(log),
    log,
  );
  records.onModuleInit();
  return records;
}

const aRefusal = (offset: number, fields = {}): RefusedEvent =>
  refusal(receivedEvent({ context: 'customers', topic: 'users', partition: 0, offset, ...fields }));
const offsets = async (): Promise<number[]> =>
  (await house.rows<{ at: number }>('SELECT "offset"::int AS at FROM dead_letters ORDER BY id')).map(
    ({ at }) => at,
  );

async function keep(records: RefusedRecords, ...refused: RefusedEvent[]): Promise<void> {
  await records.add(refused);
  await eventually(() => expect(records.isEmpty).toBe(true));
}

describe('records that are refused', () => {
  it('are one dead letter each, and none once that was discarded, whoever meets them again', async () => {
    await keep(refusedRecords(), aRefusal(1), aRefusal(2), aRefusal(2));
    await house.rows('DELETE FROM dead_letters WHERE "offset" = 1');
    await keep(refusedRecords(), aRefusal(1), aRefusal(2), aRefusal(3));
    expect(await offsets()).toEqual([2, 3]);
  });

  it('are others in a topic that was made anew, and in another partition', async () => {
    await keep(refusedRecords(), aRefusal(1));
    await keep(refusedRecords(), aRefusal(1, { timestampMs: 7 }), aRefusal(1, { partition: 1 }));
    expect(await offsets()).toEqual([1, 1, 1]);
  });

  it('are met anew once the topic has them no more', async () => {
    await keep(refusedRecords(), aRefusal(1), aRefusal(2));
    await new RefusedRecordRepository(house.database).forgetBefore('users', new Map([[0, 2]]));
    expect(await house.rows('SELECT "offset"::int AS at FROM customers.refused_records')).toEqual([
      { at: 2 },
    ]);
  });

  it('wait while the database is away, and those for which there is no room are brought again', async () => {
    const append = vi.spyOn(deadLetters, 'append').mockRejectedValue(new TransientError('away'));
    const records = refusedRecords();
    await records.add(Array.from({ length: 1_000 }, (_, at) => aRefusal(at + 1)));
    await eventually(() => expect(append.mock.calls.length).toBeGreaterThan(1));
    const last = [aRefusal(1_001)];
    await expect(records.add(last)).rejects.toThrow(TransientError);
    append.mockRestore();
    await eventually(() => expect(records.isEmpty).toBe(true));
    await keep(records, ...last);
    expect(await offsets()).toHaveLength(1_001);
  });

  it('are kept in their plainest form where the database does not take them otherwise', async () => {
    vi.spyOn(deadLetters, 'append').mockImplementation((_, refused) =>
      refused.some(({ event }) => event.offset === 2)
        ? Promise.reject(new TypeError('no'))
        : Promise.resolve(),
    );
    await keep(refusedRecords(), aRefusal(2));
    expect(await offsets()).toEqual([2]);
  });
});

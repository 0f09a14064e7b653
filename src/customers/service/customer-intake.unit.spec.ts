import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { receivedEvent } from '../../../test/support/refused-events.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { headersOf } from '../../platform/messaging/event-headers.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import { CustomerIntake } from './customer-intake.js';
import { CustomerRecords } from './customer-records.js';
import type { CustomerState } from './customer-state.js';
import type { CustomersMetrics } from './customers.metrics.js';
import { PendingWrites } from './pending-writes.js';
import { RecordReader } from './record-reader.js';
import type { RefusedRecords } from './refused-records.js';
import { WriterSchemas } from './writer-schemas.js';

/** Of which only what is refused has an effect. */
function recordsWith(count: CustomersMetrics['count'], pending: PendingWrites): CustomerRecords {
  const records = new CustomerRecords(
    {} as unknown as CustomerMemory,
    {} as unknown as CustomerState,
    { count } as unknown as CustomersMetrics,
    pending,
    pino({ level: 'silent' }),
  );
  vi.spyOn(records, 'apply').mockReturnValue();
  return records;
}

it('counts what is refused once it is taken, and tells whoever waits for it', async () => {
  const [count, add] = [vi.fn(), vi.fn()];
  const pending = new PendingWrites();
  const intake = new CustomerIntake(
    new RecordReader(new WriterSchemas(undefined)),
    // Classes with private parts, of which these methods are asked.
    recordsWith(count, pending),
    { add } as unknown as RefusedRecords,
  );
  const write = pending.open();
  const events = [receivedEvent({ value: null }), receivedEvent({ headers: headersOf(write.headers) })];
  add.mockRejectedValueOnce(new TransientError('no room'));
  await expect(intake.receive(events)).rejects.toThrow('no room');
  expect(count).not.toHaveBeenCalled();
  await intake.receive(events);
  expect(count.mock.calls).toEqual([['refused']]);
  expect(await write.applied).toBe('refused');
  write.close();
});

import { expect, it, vi } from 'vitest';
import { receivedEvent } from '../../../test/support/refused-events.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { headersOf } from '../../platform/messaging/event-headers.js';
import { CustomerIntake } from './customer-intake.js';
import type { CustomerRecords } from './customer-records.js';
import type { CustomersMetrics } from './customers.metrics.js';
import { PendingWrites } from './pending-writes.js';
import { RecordReader } from './record-reader.js';
import type { RefusedRecords } from './refused-records.js';
import { WriterSchemas } from './writer-schemas.js';

it('counts what is refused once it is taken, and tells whoever waits for it', async () => {
  const [count, apply, add] = [vi.fn(), vi.fn(), vi.fn()];
  const pending = new PendingWrites();
  const intake = new CustomerIntake(
    new RecordReader(new WriterSchemas(undefined)),
    // Classes with private parts, of which these methods are asked.
    { apply } as unknown as CustomerRecords,
    { add } as unknown as RefusedRecords,
    { count } as unknown as CustomersMetrics,
    pending,
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

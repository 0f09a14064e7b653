import { beforeEach, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { receivedEvent } from '../../../test/support/refused-events.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import type { PutOutcome, RecordPlace } from '../cache/customer-table.js';
import { TableFullError } from '../cache/table-full.error.js';
import { CustomerRecords, CustomersFullError } from './customer-records.js';
import { CustomerState } from './customer-state.js';
import type { CustomersMetrics } from './customers.metrics.js';
import { PendingWrites } from './pending-writes.js';

const READING = 'the customers are still being read';
const log = pino({ level: 'silent' });
let memory: { isWhole: boolean; remove: (key: Buffer, place: RecordPlace) => PutOutcome };
let state: CustomerState;
let records: CustomerRecords;
let count: ReturnType<typeof vi.fn>;
let full: Set<string>;

beforeEach(() => {
  full = new Set();
  memory = {
    isWhole: true,
    remove: (_, { partition, offset }) => {
      if (full.has(`${partition}/${offset}`)) throw new TableFullError(1_000);
      return offset === 0 ? 'outdated' : 'replaced';
    },
  };
  count = vi.fn();
  // Classes with private parts, of which these methods are asked.
  const part = memory as unknown as CustomerMemory;
  state = new CustomerState(part);
  const metrics = { count } as unknown as CustomersMetrics;
  records = new CustomerRecords(part, state, metrics, new PendingWrites(), log);
});

function apply(partition: number, offset: number): void {
  const event = receivedEvent({ partition, offset });
  records.apply(event, { kind: 'removal', key: event.key! });
}

describe('the state of the memory', () => {
  it('is that all is read where the memory says so, whatever was said before', () => {
    expect(state.unready()).toBeUndefined();
    memory.isWhole = false;
    expect(state.unready()).toBe(READING);
    state.startOver();
    expect(state.unready()).toBe(READING);
  });

  it('is full until that very record fits, or one behind it, and is logged once', () => {
    const error = vi.spyOn(log, 'error');
    full.add('1/7');
    expect(() => apply(1, 7)).toThrow(CustomersFullError);
    for (const [partition, offset] of [
      [1, 0],
      [1, 6],
      [2, 9],
    ] as const)
      apply(partition, offset);
    expect(state.unready()).toContain('CUSTOMERS_MAX_BYTES (1000): raise it');
    expect(() => apply(1, 7)).toThrow(CustomersFullError);
    expect(error).toHaveBeenCalledOnce();
    full.clear();
    apply(1, 8);
    expect(state.unready()).toBeUndefined();
    error.mockRestore();
  });

  it('is full until each partition has its record', () => {
    full.add('1/7').add('2/3');
    expect(() => apply(1, 7)).toThrow();
    expect(() => apply(2, 3)).toThrow();
    full.clear();
    apply(2, 3);
    expect(state.unready()).toBeDefined();
    apply(1, 7);
    expect(state.unready()).toBeUndefined();
  });

  it('is not full any more, and still being read, once the topic is read anew', () => {
    full.add('1/7');
    expect(() => apply(1, 7)).toThrow();
    memory.isWhole = false;
    state.startOver();
    expect(state.unready()).toBe(READING);
  });
});

describe('the count of outdated records', () => {
  it('leaves out those that are tried again', () => {
    apply(0, 0);
    apply(0, 1);
    apply(0, 0);
    expect(count.mock.calls).toEqual([['outdated'], ['replaced']]);
  });

  it('is by partition, and begins again with the topic', () => {
    apply(0, 1);
    apply(1, 0);
    state.startOver();
    apply(0, 0);
    expect(count.mock.calls).toEqual([['replaced'], ['outdated'], ['outdated']]);
  });
});

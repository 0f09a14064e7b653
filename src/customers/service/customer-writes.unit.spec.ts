import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { headersOf } from '../../platform/messaging/event-headers.js';
import type { CustomerMemory } from '../cache/customer-memory.js';
import type { Customer } from '../model/customer.js';
import type { CustomerMessages } from '../producer/customer-messages.js';
import type { CustomerState } from './customer-state.js';
import { CustomerWrites } from './customer-writes.js';
import { PendingWrites, type WriteOutcome } from './pending-writes.js';

type Headers = Readonly<Record<string, string>>;

let held: Set<string>;
let pending: PendingWrites;
let send: (headers: Headers) => Promise<void>;
let writes: CustomerWrites;

beforeEach(() => {
  held = new Set();
  pending = new PendingWrites();
  const memory = { get: (id: string) => (held.has(id) ? { json: '', etag: '' } : undefined) };
  const sendAny = (_: unknown, headers: Headers) => send(headers);
  // Classes with private parts, of which these methods are asked.
  writes = new CustomerWrites(
    memory as CustomerMemory,
    { unready: () => undefined } as CustomerState,
    { sendCustomer: sendAny, sendRemoval: sendAny } as unknown as CustomerMessages,
    pending,
  );
});

const customer = (accountId: string): Customer => ({
  ...{ accountId, name: 'N', address: 'A', phone: 'P' },
  ...{ createdAt: 1n, updatedAt: 1n },
});

/** As the topic gives it back. */
function comesBackAs(outcome: WriteOutcome, failure?: Error): void {
  send = (headers) => {
    pending.applied({ headers: headersOf(headers) }, outcome);
    // Read once more, with others of its batch.
    pending.applied({ headers: headersOf(headers) }, 'outdated');
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
}

describe('a customer that is written', () => {
  it.each(['created', 'replaced', 'backdated'] as const)(
    'is created where the record is %s',
    async (outcome) => {
      comesBackAs(outcome);
      expect(await writes.create(customer('a'))).toBe('created');
    },
  );

  it.each(['removed', 'absent'] as const)('is %s where the record says so', async (outcome) => {
    held.add('a');
    comesBackAs(outcome);
    expect(await writes.remove('a')).toBe(outcome);
  });

  it.each([
    ['outdated', 'a later record of this customer stands in another partition'],
    ['refused', 'the record cannot be read back'],
  ] as const)('is not where the record is %s', async (outcome, reason) => {
    held.add('b');
    comesBackAs(outcome);
    for (const write of [() => writes.create(customer('a')), () => writes.remove('b')]) {
      const failed = await write().catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(TransientError);
      expect((failed as Error).message).toContain(reason);
    }
  });

  it('is there where the record came back, whatever the broker said', async () => {
    comesBackAs('created', new Error('the connection was lost'));
    expect(await writes.create(customer('a'))).toBe('created');
  });

  it('is there as soon as the record came back, though the broker says nothing', async () => {
    send = (headers) => {
      pending.applied({ headers: headersOf(headers) }, 'created');
      return new Promise(() => undefined);
    };
    let outcome: string | undefined;
    void writes.create(customer('a')).then((became) => (outcome = became));
    await eventually(() => expect(outcome).toBe('created'));
  });

  it('fails as the broker does where it did not come back', async () => {
    send = () => Promise.reject(new Error('the connection was lost'));
    await expect(writes.create(customer('a'))).rejects.toThrow('the connection was lost');
  });
});

describe('writes that are under way', () => {
  const attempt = (accountId: string): unknown => {
    try {
      return writes.create(customer(accountId)).catch(() => undefined);
    } catch (error) {
      return error;
    }
  };
  let end: () => void;
  beforeEach(() => {
    const ended = new Promise<void>((resolve) => (end = resolve));
    send = async (headers) => {
      await ended;
      pending.applied({ headers: headersOf(headers) }, 'created');
    };
  });

  it('are 100 at most of one customer', async () => {
    for (let at = 0; at < 100; at++) expect(attempt('a')).toBeInstanceOf(Promise);
    expect(attempt('a')).toBeInstanceOf(TooBusyError);
    expect(attempt('b')).toBeInstanceOf(Promise);
    end();
    await eventually(() => expect(attempt('a')).toBeInstanceOf(Promise));
  });

  it('are 1,000 at most in all', async () => {
    for (let at = 0; at < 1_000; at++) expect(attempt(`id ${at % 10}`)).toBeInstanceOf(Promise);
    expect(attempt('another')).toBeInstanceOf(TooBusyError);
    end();
    await eventually(() => expect(attempt('another')).toBeInstanceOf(Promise));
  });
});

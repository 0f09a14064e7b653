import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TooBusyError } from '../http/too-busy.error.js';
import { type WaitingRequest, WaitingRequests } from './waiting-requests.js';

const MIB = 1_048_576;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Request = WaitingRequest<string, void>;

function aRequest(bytes = 1_000, rows = 1): Request & { rejected: Error[] } {
  const rejected: Error[] = [];
  const reject = (error: Error): void => void rejected.push(error);
  return { item: 'a parcel', bytes, rows, resolve: () => undefined, reject, rejected };
}

function filled(requests: number, bytes?: number, rows?: number) {
  const waiting = new WaitingRequests<string, void>({ one: 'the parcel', many: 'parcels' });
  const all = Array.from({ length: requests }, () => aRequest(bytes, rows));
  for (const request of all) waiting.add(request);
  return { waiting, all };
}

describe('a batch', () => {
  it('has the first 500 that came, in their order', () => {
    const { waiting, all } = filled(501);
    expect(waiting.take()).toEqual(all.slice(0, 500));
    expect(waiting.take()).toEqual(all.slice(500));
    expect(waiting.take()).toEqual([]);
  });

  it('has 4 MiB at most', () => {
    const { waiting } = filled(10, MIB);
    expect(waiting.take()).toHaveLength(4);
    expect(waiting.take()).toHaveLength(4);
    expect(waiting.take()).toHaveLength(2);
  });

  it('has 5,000 rows at most', () => {
    const { waiting } = filled(12, 1, 1_000);
    expect(waiting.take()).toHaveLength(5);
    expect(waiting.take()).toHaveLength(5);
    expect(waiting.take()).toHaveLength(2);
  });

  it('has one request, however large it is', () => {
    expect(filled(2, 5 * MIB).waiting.take()).toHaveLength(1);
    expect(filled(2, 1, 5_001).waiting.take()).toHaveLength(1);
  });
});

describe('requests are too many', () => {
  it('when 5,000 wait, until some are taken', () => {
    const { waiting } = filled(5_000, 1);
    expect(() => waiting.add(aRequest())).toThrow('too many parcels are waiting to be written');
    waiting.take();
    expect(() => waiting.add(aRequest())).not.toThrow();
  });

  it('when 16 MiB wait or are being written, until some are done', () => {
    const { waiting } = filled(16, MIB);
    expect(() => waiting.add(aRequest(1))).toThrow(TooBusyError);
    const batch = waiting.take();
    expect(() => waiting.add(aRequest(1))).toThrow(TooBusyError);
    waiting.release(batch);
    waiting.add(aRequest(4 * MIB));
    expect(() => waiting.add(aRequest(1))).toThrow(TooBusyError);
  });
});

describe('a request whose turn does not come', () => {
  it('is given up after ten seconds, and takes no room any more', async () => {
    const { waiting, all } = filled(16, MIB);
    const [written] = [waiting.take()];
    await vi.advanceTimersByTimeAsync(9_990);
    expect(all.flatMap(({ rejected }) => rejected)).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    for (const [n, { rejected }] of all.entries()) {
      expect(rejected).toEqual(n < written.length ? [] : [expect.any(TooBusyError)]);
    }
    expect(waiting.take()).toEqual([]);
    expect(() => waiting.add(aRequest(12 * MIB))).not.toThrow();
  });

  it('has ten seconds of its own, whenever it came', async () => {
    const { waiting, all } = filled(1);
    await vi.advanceTimersByTimeAsync(6_000);
    const later = aRequest();
    waiting.add(later);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(all[0]!.rejected).toHaveLength(1);
    expect(later.rejected).toEqual([]);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(later.rejected).toHaveLength(1);
  });
});

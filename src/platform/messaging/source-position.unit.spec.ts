import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeliveredAgain, positionOf, type SourcePosition, sourceTimeUs } from './source-position.js';

const at = (offset: number, timestampMs = 1_700_000_000_000, stream = 'parcels/0'): SourcePosition => ({
  stream,
  offset,
  timestampMs,
});
const stored = (position: SourcePosition) => ({
  source: position.stream,
  source_offset: position.offset,
  source_time_us: String(sourceTimeUs(position)),
});

it('is the topic, the partition, the offset and the time of an event', () => {
  const event = { context: 'parcels', topic: 'scans', partition: 3, offset: 7, timestampMs: 5 };
  const position = positionOf({ ...event, key: null, value: null, headers: [] });
  expect(position).toEqual({ stream: 'scans/3', offset: 7, timestampMs: 5 });
});

describe('an event is delivered again', () => {
  it('when it, or a later one of its partition, has been stored', () => {
    expect(isDeliveredAgain(at(4), stored(at(5)))).toBe(true);
    expect(isDeliveredAgain(at(5), stored(at(5)))).toBe(true);
    expect(isDeliveredAgain(at(6), stored(at(5)))).toBe(false);
  });

  it('but not when that was of another partition, or nothing that came from a topic', () => {
    expect(isDeliveredAgain(at(4), stored(at(5, undefined, 'parcels/1')))).toBe(false);
    expect(isDeliveredAgain(at(4), { source: null, source_offset: null, source_time_us: null })).toBe(false);
    expect(isDeliveredAgain(undefined, stored(at(5)))).toBe(false);
  });

  it('but not when its topic was made anew since', () => {
    expect(isDeliveredAgain(at(0, 1_700_000_000_001), stored(at(5)))).toBe(false);
  });
});

describe('the time of an event', () => {
  it('is to the microsecond', () => {
    expect(sourceTimeUs(at(0, 1_700_000_000_000))).toBe(1_700_000_000_000_000n);
    expect(sourceTimeUs(at(0, 1.5))).toBe(1_500n);
  });

  it('is one that PostgreSQL has and keeps its order, whatever 64 bits a sender put there', () => {
    const timestamp = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(Number);
    fc.assert(
      fc.property(timestamp, timestamp, (one, other) => {
        const [earlier, later] = one < other ? [one, other] : [other, one];
        const [first, last] = [sourceTimeUs(at(0, earlier)), sourceTimeUs(at(0, later))];
        expect(first <= last).toBe(true);
        // 4713-01-01 BC and the year 294,276, the ends of a timestamptz.
        expect(first).toBeGreaterThanOrEqual(-210_866_803_200_000_000n);
        expect(last).toBeLessThan(9_224_318_016_000_000_000n);
      }),
    );
  });
});

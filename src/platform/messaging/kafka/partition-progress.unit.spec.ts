import { describe, expect, it } from 'vitest';
import { receivedEvent } from '../../../../test/support/refused-events.js';
import type { ReceivedEvent } from '../received-event.js';
import { PartitionProgress } from './partition-progress.js';

const event = (offset: number, fields: Partial<ReceivedEvent> = {}): ReceivedEvent =>
  receivedEvent({ offset, timestampMs: 1_000 + offset, key: Buffer.from(`key ${offset}`), ...fields });

const AT_FIRST = { atEndMs: 0, freshMs: 0 };

/** One that has read the offsets up to 9, of a partition that ended there. */
function readTo9(): PartitionProgress {
  const progress = new PartitionProgress({ next: 0 }, 10, AT_FIRST);
  expect(progress.read(10, event(9))).toBe(true);
  return progress;
}

describe('the reading of a partition', () => {
  it('has passed the end that there was at the start, whatever has come since', () => {
    const progress = new PartitionProgress({ next: 3 }, 5, AT_FIRST);
    expect(progress.hasPassed).toBe(false);
    progress.read(4, event(3));
    expect(progress.hasPassed).toBe(false);
    progress.read(7, event(6));
    expect(progress.hasPassed).toBe(true);
    expect(progress.position).toMatchObject({ next: 7, anchor: { offset: 6, time: 1_006n } });
  });

  it('passes an empty partition at once, and one that ends with markers', () => {
    expect(new PartitionProgress({ next: 4 }, 4, AT_FIRST).hasPassed).toBe(true);
    const progress = new PartitionProgress({ next: 0 }, 2, AT_FIRST);
    progress.read(2, undefined);
    expect(progress.hasPassed).toBe(true);
    expect(progress.position.anchor).toBeUndefined();
  });

  it('goes on behind the last record once that has been seen again', () => {
    const progress = readTo9();
    expect(progress.begin(100)).toBe(9);
    expect(progress.hasPassed).toBe(false);
    expect(progress.awaitedMs(350)).toBe(250);
    expect(progress.verified([event(9), event(10)])).toEqual([event(10)]);
    expect(progress.hasPassed).toBe(true);
    expect(progress.awaitedMs(350)).toBe(0);
    expect(progress.verified([event(11)])).toEqual([event(11)]);
  });

  it.each<[string, ReceivedEvent[]]>([
    ['another time', [event(9, { timestampMs: 5 })]],
    ['another key', [event(9, { key: Buffer.from('key 8') })]],
    ['no key', [event(9, { key: null })]],
    ['no record in its place', [event(10)]],
    ['no record at all', []],
  ])('does not go on where the last record has %s', (_, events) => {
    const progress = readTo9();
    progress.begin(0);
    expect(progress.verified(events)).toBeUndefined();
  });

  it('has not passed before the last record was seen, of a reading that went on and has not begun', () => {
    const { position } = readTo9();
    const kept = new PartitionProgress(position, 10, AT_FIRST);
    expect(kept.hasPassed).toBe(false);
    expect(kept.awaitedMs(60_000)).toBe(0);
    expect(kept.begin(0)).toBe(9);
    kept.verified([event(9)]);
    expect(kept.hasPassed).toBe(true);
  });

  it('compares the last record whenever it comes again, and goes on at no other offset', () => {
    const progress = readTo9();
    expect([progress.goesOnAt(10), progress.goesOnAt(0), progress.goesOnAt(11)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(progress.verified([event(10)])).toEqual([event(10)]);
    expect(progress.goesOnAt(9)).toBe(true);
    expect(progress.verified([event(9, { timestampMs: 5 })])).toBeUndefined();
  });

  it('does not pass the last record unseen, as where it was removed ahead of a marker', () => {
    const progress = readTo9();
    progress.begin(0);
    expect(progress.read(9, undefined)).toBe(true);
    expect(progress.read(11, undefined)).toBe(false);
    expect(progress.position.next).toBe(10);
  });

  it.each([
    [{ low: 0, high: 10 }, true],
    [{ low: 9, high: 12 }, true],
    [{ low: 10, high: 12 }, false],
    [{ low: 0, high: 9 }, false],
  ])('fits a partition with the offsets %o: %s', (range, fits) => {
    expect(readTo9().isWithin(range)).toBe(fits);
  });

  it('is behind from when it was last known to be at the end', () => {
    const progress = readTo9();
    progress.sawEnd(10, 500);
    expect(progress.behindMs(700)).toBe(200);
    progress.sawEnd(11, 900);
    expect(progress.behindMs(1_000)).toBe(500);
    progress.read(11, event(10));
    progress.sawEnd(11, 1_100);
    expect(progress.behindMs(1_100)).toBe(0);
  });

  it('is as stale as the end of it was last seen, or as its beginning, whichever is later', () => {
    const progress = new PartitionProgress({ next: 0 }, 5, { atEndMs: -9_000, freshMs: 100 });
    expect([progress.behindMs(200), progress.staleMs(200)]).toEqual([9_200, 100]);
    progress.sawEnd(0, 150);
    expect([progress.behindMs(200), progress.staleMs(200)]).toEqual([50, 50]);
  });
});

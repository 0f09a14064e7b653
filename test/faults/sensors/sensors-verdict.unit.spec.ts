import { describe, expect, it } from 'vitest';
import { Dice } from '../dice.js';
import { Findings } from '../findings.js';
import { isSentLater, type SentReading, SentReadings } from './sent-readings.js';
import { judgeReadings, type KeptReadings, type StoredRow } from './sensors-verdict.js';

const sent = (place: number, timestamp: number, sensor_id = 's'): SentReading => ({
  place,
  sensor_id,
  value: place / 8,
  timestamp,
});
const EXPECTED = [sent(0, 10), sent(1, 30), sent(2, 30), sent(3, 20), sent(4, 5, 'other')];
const rowOf = (reading: SentReading, id = reading.place + 1): StoredRow => ({ ...reading, id });
const ROWS = EXPECTED.map((reading) => rowOf(reading));
const RIGHT = new Map([
  ['s', EXPECTED[2]],
  ['other', EXPECTED[4]],
]);

function findingsOf(kept: Partial<KeptReadings>): string[] {
  const findings = new Findings();
  const whole = { rows: ROWS, latest: { Redis: RIGHT }, ...kept };
  const expected = new Map(EXPECTED.map((reading) => [reading.place, reading]));
  judgeReadings(expected, ['s', 'other', 'forgotten'], whole, findings);
  return findings.lines();
}

describe('the verdict on readings', () => {
  it('is content with what was sent', () => {
    expect(findingsOf({})).toEqual([]);
  });

  it('notices one that is lost, and whose latest it was', () => {
    expect(findingsOf({ rows: ROWS.toSpliced(4, 1) })).toEqual([
      'lost: 1 (place 4)',
      'wrong latest: 1 (other in the table: none, not 0.5 at 5)',
    ]);
  });

  it('notices one that is there twice', () => {
    expect(findingsOf({ rows: [...ROWS, rowOf(EXPECTED[0]!, 9)] })).toEqual(['duplicated: 1 (place 0)']);
  });

  it('notices another value', () => {
    expect(findingsOf({ rows: ROWS.with(0, { ...ROWS[0]!, value: 7 }) })).toEqual([
      'other content: 1 (place 0)',
    ]);
  });

  it('notices what should have been forgotten', () => {
    const rows = [...ROWS, rowOf(sent(5, 1, 'forgotten'))];
    expect(findingsOf({ rows })[0]).toBe('not forgotten: 1 (place 5 of forgotten)');
    expect(findingsOf({ latest: { Redis: new Map([...RIGHT, ['forgotten', sent(5, 1)]]) } })).toEqual([
      'wrong latest: 1 (forgotten in Redis: 0.625 at 1, not none)',
    ]);
  });

  it.each([
    ['the first of a time', 1],
    ['the last to come', 3],
  ])('notices a latest that is %s', (_, place) => {
    expect(findingsOf({ latest: { Redis: new Map(RIGHT).set('s', EXPECTED[place]) } })).toEqual([
      expect.stringMatching(/^wrong latest: 1 \(s in Redis: .*, not 0.25 at 30\)$/),
    ]);
  });

  it('notices rows whose ids are not in the order of the topic', () => {
    const rows = ROWS.with(1, { ...ROWS[1]!, id: 9 });
    expect(findingsOf({ rows })).toEqual(['wrong latest: 1 (s in the table: 0.125 at 30, not 0.25 at 30)']);
  });
});

describe('the readings that are sent', () => {
  const readings = new SentReadings({ sensors: 30, dice: new Dice(7), forgottenSensors: 4, total: 2_000 });
  const messages = readings.next(2_000);
  const events = readings.all.filter((event) => typeof event !== 'string');

  it('have times that are not in the order of arrival, and ties', () => {
    const late = events.filter((event, n) => event.timestamp < (events[n - 1]?.timestamp ?? 0));
    expect(late.length).toBeGreaterThan(500);
    const times = new Set(events.map(({ sensor_id, timestamp }) => `${timestamp} ${sensor_id}`));
    expect(times.size).toBeLessThan(events.length);
    expect(new Set(events.map(({ value }) => value)).size).toBe(events.length);
  });

  it('go up to a tombstone, and what stands behind it stays', () => {
    const tombstones = readings.all.flatMap((event, place) =>
      typeof event === 'string' ? [{ event, place }] : [],
    );
    expect(tombstones).toHaveLength(4);
    expect(messages.filter(({ value }) => value === null)).toHaveLength(4);
    const kept = [...readings.expected().values()];
    for (const { event, place } of tombstones) {
      const all = events.filter(({ sensor_id }) => sensor_id === event);
      expect(kept.filter(({ sensor_id }) => sensor_id === event)).toHaveLength(
        all.filter((reading) => reading.place > place).length,
      );
      expect(readings.lastingSensors).not.toContain(event);
    }
    expect(kept.length).toBeLessThan(events.length);
  });

  it('are later by their time, then by their place', () => {
    expect(isSentLater(sent(1, 2), sent(2, 1))).toBe(true);
    expect(isSentLater(sent(1, 2), sent(2, 2))).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFiniteNumber } from '../../../test/support/arbitrary-fields.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { encodeReading, isNewer, type StoredReading } from './reading.js';
import { decodeReading, decodeReadings } from './reading.codec.js';

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const aReading = (fields: object = {}): Record<string, unknown> => ({
  sensor_id: 'sensor-123',
  value: 16.21,
  timestamp: 1_611_111_111,
  ...fields,
});
const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function faultsOf(verdict: ReturnType<typeof decodeReading> | ReturnType<typeof decodeReadings>): string {
  return verdict.valid ? '' : describeFaults(verdict.faults);
}

describe('a reading', () => {
  it('comes back as the same double', () => {
    fc.assert(
      fc.property(arbitraryFiniteNumber(), (value) => {
        const verdict = decodeReading(bytes(aReading({ value })));
        expect(verdict).toMatchObject({ valid: true });
        if (!verdict.valid) return;
        expect(verdict.model.value).toBe(value);
        expect(encodeReading(verdict.model)).toBe(JSON.stringify(aReading({ value })));
      }),
    );
  });

  it.each([
    ['1e400', 'value must be a number that a double holds, not one beyond 1.8e308'],
    ['-1e400', 'value must be a number that a double holds, not one beyond 1.8e308'],
    ['1e-400', 'value must be a number that a double holds, not 1e-400'],
    ['"16"', 'value must be a number that a double holds, not text'],
    ['null', 'value must be a number that a double holds, not null'],
  ])('with the value %s is refused by name', (value, fault) => {
    const text = JSON.stringify(aReading({ value: 77 })).replace('77', value);
    expect(faultsOf(decodeReading(bytes(text)))).toBe(fault);
  });

  it('with the value NaN is no JSON', () => {
    const text = JSON.stringify(aReading({ value: 77 })).replace('77', 'NaN');
    expect(faultsOf(decodeReading(bytes(text)))).toBe('the value must be JSON');
  });

  it.each([1.5, -1, 2 ** 53, '1795254597'])('of the time %s is refused by name', (timestamp) => {
    expect(faultsOf(decodeReading(bytes(aReading({ timestamp }))))).toMatch(
      /^timestamp must be a whole number/,
    );
  });

  it('may be a day ahead, and no more', () => {
    expect(decodeReading(bytes(aReading({ timestamp: nowSeconds() + 86_390 }))).valid).toBe(true);
    expect(decodeReading(bytes(aReading({ timestamp: nowSeconds() + 86_500 }))).valid).toBe(false);
  });

  it('is of a sensor whose id has 1 to 255 bytes', () => {
    for (const sensor_id of ['s', 'x'.repeat(255), 'ł'.repeat(127), '😀'.repeat(63)])
      expect(decodeReading(bytes(aReading({ sensor_id }))).valid).toBe(true);
    for (const sensor_id of ['', 'x'.repeat(256), 'ł'.repeat(128), '😀'.repeat(64), 'a\0b', 5])
      expect(faultsOf(decodeReading(bytes(aReading({ sensor_id }))))).toMatch(
        /^sensor_id must be text of 1 to 255/,
      );
  });

  it('may have other fields in an event, but not in a request', () => {
    const body = bytes(aReading({ unit: 'C' }));
    expect(decodeReading(body).valid).toBe(true);
    expect(faultsOf(decodeReadings(body))).toBe('unit is not a field of a reading');
  });
});

describe('the readings of a request', () => {
  it('are one, or a list, all valid or none taken', () => {
    expect(decodeReadings(bytes(aReading()))).toEqual({ valid: true, readings: [aReading()] });
    expect(decodeReadings(bytes([aReading(), aReading({ value: 2 })]))).toMatchObject({ valid: true });
    const verdict = decodeReadings(
      bytes([aReading(), aReading({ value: null }), aReading({ timestamp: 0.5 })]),
    );
    expect(faultsOf(verdict)).toMatch(/^\[1\]\.value must .*; \[2\]\.timestamp must /);
  });

  it('are a thousand at most', () => {
    const list = (length: number): Buffer => bytes(Array.from({ length }, () => aReading()));
    expect(decodeReadings(list(1_000)).valid).toBe(true);
    expect(faultsOf(decodeReadings(list(1_001)))).toMatch(/1 to 1000 readings, not of 1001/);
    expect(faultsOf(decodeReadings(list(0)))).toMatch(/not of 0/);
  });
});

describe('of two readings', () => {
  const stored = (timestamp: number, id: number): StoredReading => ({
    sensor_id: 's',
    value: 1,
    timestamp,
    id,
  });

  it('that of the later time is newer, and of one time the one that was stored later', () => {
    expect(isNewer(stored(2, 1), stored(1, 2))).toBe(true);
    expect(isNewer(stored(1, 2), stored(2, 1))).toBe(false);
    expect(isNewer(stored(1, 2), stored(1, 1))).toBe(true);
    expect(isNewer(stored(1, 1), stored(1, 1))).toBe(false);
  });
});

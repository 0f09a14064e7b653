import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { arbitraryReading } from '../../../test/support/arbitrary-reading.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { encodeReading, isNewer, type StoredReading } from './reading.js';
import { decodeReading, decodeReadings } from './reading.codec.js';

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

afterEach(() => void vi.useRealTimers());

describe('a reading', () => {
  it('comes back as it was, with the same double', () => {
    fc.assert(
      fc.property(arbitraryReading(), (reading) => {
        const verdict = decodeReading(bytes(encodeReading(reading)));
        if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
        expect(verdict.model).toStrictEqual(reading);
      }),
    );
  });

  it('has its canonical text: the fields in their order, no spaces, the shortest way of writing its numbers', () => {
    const text = '{ "timestamp": 1795254597, "value": 1.621E+1, "unit": "C", "sensor_id": "sensor-123" }';
    const verdict = decodeReading(bytes(text));
    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(encodeReading(verdict.model)).toBe(
      '{"sensor_id":"sensor-123","value":16.21,"timestamp":1795254597}',
    );
  });

  it.each(['-0', '-0.0', '-0e7'])('keeps the sign of the zero %s', (written) => {
    const verdict = decodeReading(bytes(JSON.stringify(aReading({ value: 77 })).replace('77', written)));
    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(encodeReading(verdict.model)).toContain('"value":-0,');
  });

  it.each([
    ['1e400', 'value must be a number that a double holds, not one beyond 1.8e308'],
    ['-1e400', 'value must be a number that a double holds, not one beyond 1.8e308'],
    ['1e-400', 'value must be a number that a double holds, not 1e-400'],
    ['"16"', 'value must be a number that a double holds, not text'],
    ['null', 'value must be a number that a double holds, not null'],
    ['NaN', 'value must be a number that a double holds, not NaN'],
    ['Infinity', 'value must be a number that a double holds, not Infinity'],
    ['-Infinity', 'value must be a number that a double holds, not -Infinity'],
  ])('with the value %s is refused by name', (value, fault) => {
    const text = JSON.stringify(aReading({ value: 77 })).replace('77', value);
    expect(faultsOf(decodeReading(bytes(text)))).toBe(fault);
    expect(faultsOf(decodeReadings(bytes(text)))).toBe(fault);
    expect(faultsOf(decodeReadings(bytes(`[${JSON.stringify(aReading())},${text}]`)))).toBe(`[1].${fault}`);
  });

  it.each([1.5, -1, 2 ** 53, '1795254597'])('of the time %s is refused by name', (timestamp) => {
    expect(faultsOf(decodeReading(bytes(aReading({ timestamp }))))).toMatch(
      /^timestamp must be a whole number/,
    );
  });

  it('may be a day ahead, and not a second more', () => {
    vi.useFakeTimers({ now: 1_795_254_597_999 });
    const isValid = (timestamp: number): boolean => decodeReading(bytes(aReading({ timestamp }))).valid;
    expect(isValid(1_795_254_597 + 86_400)).toBe(true);
    expect(isValid(1_795_254_597 + 86_401)).toBe(false);
    // As milliseconds, which would be the year 58,859.
    expect(isValid(1_795_254_597_999)).toBe(false);
    expect(isValid(0)).toBe(true);
  });

  it('is of a sensor whose id has 1 to 255 bytes', () => {
    for (const sensor_id of ['s', ' ', 'x'.repeat(255), 'ł'.repeat(127), '😀'.repeat(63), '\u0001', '\uffff'])
      expect(decodeReading(bytes(aReading({ sensor_id }))).valid).toBe(true);
    for (const sensor_id of ['', 'x'.repeat(256), 'ł'.repeat(128), '😀'.repeat(64), 'a\0b', 5, null, ['s']])
      expect(faultsOf(decodeReading(bytes(aReading({ sensor_id }))))).toMatch(
        /^sensor_id must be text of 1 to 255/,
      );
  });

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800', '😀\ud83d'])(
    'is of no sensor whose id has a lone surrogate, which has no UTF-8: %j',
    (sensor_id) => {
      expect(faultsOf(decodeReading(bytes(aReading({ sensor_id }))))).toBe(
        'sensor_id must be text of 1 to 255 bytes in UTF-8, without NUL, not text with a lone surrogate',
      );
    },
  );

  it('has an id of which UTF-8 alone says how long it is', () => {
    const texts = fc.array(fc.constantFrom('x', 'ł', '€', '😀'), { minLength: 50, maxLength: 260 });
    fc.assert(
      fc.property(texts, (characters) => {
        const sensor_id = characters.join('');
        expect(decodeReading(bytes(aReading({ sensor_id }))).valid).toBe(Buffer.byteLength(sensor_id) <= 255);
      }),
    );
  });

  it('has the last of two fields with one name', () => {
    const verdict = decodeReading(bytes('{"sensor_id":"a","value":1,"timestamp":2,"value":"x","value":3}'));
    expect(verdict).toMatchObject({ valid: true, model: { sensor_id: 'a', value: 3, timestamp: 2 } });
    expect(faultsOf(decodeReading(bytes('{"sensor_id":"a","value":1,"timestamp":2,"value":"x"}')))).toMatch(
      /^value must/,
    );
  });

  it.each(['sensor_id', 'value', 'timestamp'])('has to have a %s', (name) => {
    expect(faultsOf(decodeReading(bytes(aReading({ [name]: undefined }))))).toMatch(
      new RegExp(`^${name} is missing: must be`),
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

  it.each([
    [[[]], '[0] must be an object, not a list'],
    [[[aReading()]], '[0] must be an object, not a list'],
    [
      [aReading(), null, 7, 'x'],
      '[1] must be an object, not null; [2] must be an object, not 7; [3] must be',
    ],
    ['"text"', 'the value must be an object, not text'],
    ['null', 'the value must be an object, not null'],
  ])('are nothing else: %j', (body, fault) => {
    expect(faultsOf(decodeReadings(bytes(body)))).toContain(fault);
  });

  it('are refused with a hundred faults at most, however many there are', () => {
    const verdict = decodeReadings(bytes(Array.from({ length: 1_000 }, () => ({}))));
    expect(verdict.valid ? [] : verdict.faults).toHaveLength(100);
  });

  it('keep their order', () => {
    const list = [5, 5, 1, 9].map((timestamp, value) => aReading({ timestamp, value }));
    expect(decodeReadings(bytes(list))).toEqual({ valid: true, readings: list });
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

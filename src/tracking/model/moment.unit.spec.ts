import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryDateTime } from '../../../test/support/arbitrary-fields.js';
import { momentKey } from './moment.js';

it.each([
  ['2021-11-26T06:22:19Z', '02021-11-26T06:22:19'],
  ['2021-11-26t06:22:19.500z', '02021-11-26T06:22:19.5'],
  ['2021-11-26T06:22:19.000Z', '02021-11-26T06:22:19'],
  ['2021-11-26T06:22:19.1234567890123-02:30', '02021-11-26T08:52:19.1234567890123'],
  ['0001-01-01T00:00:00+15:59', '00000-12-31T08:01:00'],
  ['9999-12-31T23:59:59-01:00', '10000-01-01T00:59:59'],
])('the moment %s is kept as %s', (dateTime, key) => {
  expect(momentKey(dateTime)).toBe(key);
});

it('sorts as moments do, and is the same for two spellings of one', () => {
  /** Nanoseconds, of times with nine decimals at most. */
  const nanoseconds = (text: string): bigint => {
    const decimals = (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(9, '0');
    return BigInt(Date.parse(text.replace(/\.\d+/, '').toUpperCase())) * 1_000_000n + BigInt(decimals);
  };
  const time = arbitraryDateTime().map((text) => text.replace(/(\.\d{1,9})\d*/, '$1'));
  fc.assert(
    fc.property(time, time, (one, other) => {
      const [a, b] = [nanoseconds(one), nanoseconds(other)];
      const [x, y] = [momentKey(one), momentKey(other)];
      expect(x < y ? -1 : x > y ? 1 : 0).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryDateTime } from '../../../test/support/arbitrary-fields.js';
import { isStorableDateTime } from './rfc3339.js';

describe('a date-time', () => {
  it.each([
    '2021-11-26T06:22:19Z',
    '1985-04-12T23:20:50.52Z', // RFC 3339 section 5.8
    '1996-12-19T16:39:57-08:00', // RFC 3339 section 5.8
    '1937-01-01T12:00:27.87+00:20', // RFC 3339 section 5.8
    '2021-11-26t06:22:19z', // section 5.6: T and Z may be lower case
    '2021-11-26T06:22:19-00:00', // section 4.3: the local offset is unknown
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '2021-11-26T06:22:19+15:59',
    `2021-11-26T06:22:19.${'1'.repeat(38)}+15:59`,
  ])('is %s', (text) => {
    expect(isStorableDateTime(text)).toBe(true);
    expect(new Date(text).getTime()).not.toBeNaN();
  });

  it.each([
    '',
    'yesterday',
    '2021-11-26',
    '2021-11-26T06:22:19',
    '2021-11-26T06:22Z',
    '2021-11-26 06:22:19Z',
    '2021-11-26T06:22:19 Z',
    ' 2021-11-26T06:22:19Z',
    '2021-11-26T06:22:19Z\n',
    '2021-11-26T06:22:19.Z',
    '2021-11-26T06:22:19,5Z',
    '2021-11-26T06:22:19+0300',
    '2021-11-26T06:22:19+03',
    '2021-11-26T06:22:19+16:00',
    '2021-11-26T06:22:19+03:60',
    '2021-11-26T06:22:19Z+03:00',
    '20211126T062219Z',
    '2021-330T06:22:19Z',
    '2021-W47-5T06:22:19Z',
    '+2021-11-26T06:22:19Z',
    '-0001-11-26T06:22:19Z',
    '12021-11-26T06:22:19Z',
    '0000-01-01T00:00:00Z',
    '2021-00-26T06:22:19Z',
    '2021-13-26T06:22:19Z',
    '2021-11-00T06:22:19Z',
    '2021-11-31T06:22:19Z',
    '2021-02-29T06:22:19Z',
    '2021-02-30T06:22:19Z',
    '1900-02-29T06:22:19Z',
    '2021-11-26T24:00:00Z',
    '2021-11-26T23:60:00Z',
    '2021-11-26T06:22:61Z',
    '2016-12-31T23:59:60Z', // a leap second that there was, and that ECMAScript cannot read
    '２０２１-11-26T06:22:19Z',
    `2021-11-26T06:22:19.${'1'.repeat(45)}Z`,
  ])('is not %j', (text) => {
    expect(isStorableDateTime(text)).toBe(false);
  });

  it('is any day of the calendar, and no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.nat({ max: 14 }),
        fc.nat({ max: 33 }),
        (year, month, day) => {
          const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T12:00:00Z`;
          const date = new Date(text);
          const exists =
            !Number.isNaN(date.getTime()) && date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
          expect(isStorableDateTime(text)).toBe(exists);
        },
      ),
    );
  });

  it('has any offset and any fraction', () => {
    fc.assert(fc.property(arbitraryDateTime(), (text) => isStorableDateTime(text)));
  });
});

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

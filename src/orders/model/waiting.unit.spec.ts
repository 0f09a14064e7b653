import { describe, expect, it } from 'vitest';
import { promisedAtMs } from './waiting.js';

const parcels = (...times: (string | null)[]): { estimated_at: string | null }[] =>
  times.map((estimated_at) => ({ estimated_at }));

describe('the moment that parcels are promised for', () => {
  it('is the first of those that are under way, as a moment and not as a text', () => {
    const times = ['2026-01-02T00:30:00+02:00', '2026-01-01T23:00:00Z', null, '2026-01-03t00:00:00.123456z'];
    expect(promisedAtMs(parcels(...times))).toBe(Date.UTC(2026, 0, 1, 22, 30));
  });

  it.each<[string, (string | null)[]]>([
    ['no parcel', []],
    ['parcels that have ended their way', [null, null]],
    ['a time that is none', ['soon', '']],
    ['a year that nobody promises', ['0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z']],
    ['a year that PostgreSQL does not have', ['-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z']],
  ])('is none of %s', (_, times) => expect(promisedAtMs(parcels(...times))).toBeUndefined());

  it('takes as many parcels as an order may have', () => {
    const many = Array.from({ length: 200_000 }, () => ({ estimated_at: '2026-01-01T00:00:00Z' }));
    expect(promisedAtMs(many)).toBe(Date.UTC(2026, 0, 1));
  });
});

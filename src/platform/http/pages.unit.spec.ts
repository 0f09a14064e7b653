import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, DEFAULT_LIMIT, linkToNextPage, placeOf, takeLimit } from './pages.js';
import { ParameterReader } from './request-parameters.js';

describe('a cursor', () => {
  it('is safe in a URL, and is the place that it was made of', () => {
    const part = fc.oneof(fc.maxSafeNat(), fc.stringMatching(/^[A-Za-z0-9:_.-]{1,64}$/));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (place) => {
        const cursor = cursorOf(...place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(placeOf(cursor)).toEqual(place.map(String));
      }),
    );
  });

  it('that a client made up is read without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => placeOf(text).length > 0));
  });
});

describe('a limit', () => {
  it('is what was asked for, or fifty', () => {
    expect(takeLimit(new ParameterReader({ limit: '1000' }), 1_000)).toBe(1_000);
    expect(takeLimit(new ParameterReader({}), 1_000)).toBe(DEFAULT_LIMIT);
  });

  it.each(['0', '1001', '-1', 'ten', '', '1e2'])('is a fault by its name when it is %j', (limit) => {
    const reader = new ParameterReader({ limit });
    takeLimit(reader, 1_000);
    expect(reader.faults).toEqual([
      { path: 'limit', detail: 'must be a whole number from 1 to 1000, given once' },
    ]);
  });
});

describe('the link to the next page', () => {
  it('is the same request from a cursor on', () => {
    expect(linkToNextPage('/api/scans', '/api/scans', 'MQ')).toBe('</api/scans?cursor=MQ>; rel="next"');
    expect(linkToNextPage('/api/scans', '/api/scans?limit=2&place=%C5%81%C3%B3d%C5%BA', 'Mg')).toBe(
      '</api/scans?limit=2&place=%C5%81%C3%B3d%C5%BA&cursor=Mg>; rel="next"',
    );
  });

  it('has one cursor', () => {
    const link = linkToNextPage('/api/scans', '/api/scans?cursor=old&limit=2', 'new');
    expect(link).toBe('</api/scans?cursor=new&limit=2>; rel="next"');
  });
});

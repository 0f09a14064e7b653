import { describe, expect, it } from 'vitest';
import { queryOf } from './url-query.js';

describe('the query of a URL', () => {
  it.each([
    ['/a', {}],
    ['/a?', {}],
    ['/a?&&', {}],
    ['/a?x=1&y=2', { x: '1', y: '2' }],
    ['/a?x=1&x=2&x=3', { x: ['1', '2', '3'] }],
    ['/a?x', { x: '' }],
    ['/a?=x', { '': 'x' }],
    ['/a?x=a=b', { x: 'a=b' }],
    ['/a?x=a+b%2Bc%20d', { x: 'a b+c d' }],
    ['/a?%78=%C3%A4%F0%9F%98%80', { x: 'ä😀' }],
    ['/a?x=%2525', { x: '%25' }],
    ['/a?x=%00', { x: '\0' }],
    ['/a?x=?', { x: '?' }],
  ])('%s is %j', (url, parameters) => {
    expect(queryOf(url)).toEqual(parameters);
  });

  it('may name what every object has', () => {
    expect(Object.entries(queryOf('/a?__proto__=1&constructor=2'))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it.each(['x=%', 'x=%2', 'x=%zz', 'x=%FF', 'x=%C3', 'x=%ED%A0%80', '%C0%80=x', 'y=1&x=%E0%A4%A'])(
    'is refused where an escape is none: %s',
    (query) => {
      expect(() => queryOf(`/a?${query}`)).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});

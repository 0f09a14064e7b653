import { describe, expect, it } from 'vitest';
import { parseIfMatch } from './conditional.js';

describe('If-Match', () => {
  it.each<[string, '*' | string[]]>([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['"a"']],
    ['"a", "b"', ['"a"', '"b"']],
    ['"a","b"', ['"a"', '"b"']],
    [',"a",,\t"b" , ', ['"a"', '"b"']],
    ['""', ['""']],
    ['"*"', ['"*"']],
    ['"a,b", "c"', ['"a,b"', '"c"']],
    ['"\xe9"', ['"\xe9"']],
    ['W/"a"', []],
    ['"a", W/"b", "c"', ['"a"', '"c"']],
  ])('%s is %j: the ETags that can match by strong comparison', (field, etags) => {
    expect(parseIfMatch(field)).toEqual(etags);
  });

  it.each(['', ' ', ',', 'a', '"a', 'a"', '"a" "b"', '"a b"', '*, "a"', '"a", *', 'w/"a"', '"a";'])(
    'is refused with 400 by its name when it is malformed: %s',
    (field) => {
      expect(() => parseIfMatch(field)).toThrow(
        expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path: 'If-Match' })] }),
      );
    },
  );

  it('is asked for with 428 when it is missing', () => {
    expect(() => parseIfMatch(undefined)).toThrow(
      expect.objectContaining({ status: 428, errors: [expect.objectContaining({ path: 'If-Match' })] }),
    );
  });

  it('is judged at once however it is made up', () => {
    const startedAt = performance.now();
    expect(() => parseIfMatch(`"a"${' \t'.repeat(4_000)}${', '.repeat(4_000)}x`)).toThrow();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

import { describe, expect, it } from 'vitest';
import { quickestMs } from '../../../test/support/quickest.js';
import {
  matchesETag,
  parseIfMatch,
  parseIfNoneMatch,
  parseOptionalIfMatch,
  parseWeakIfMatch,
} from './conditional.js';

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
    expect(parseIfMatch(field, 'the parcel')).toEqual(etags);
  });

  it.each(['', ' ', ',', 'a', '"a', 'a"', '"a" "b"', '"a b"', '*, "a"', '"a", *', 'w/"a"', '"a";'])(
    'is refused with 400 by its name when it is malformed: %s',
    (field) => {
      expect(() => parseIfMatch(field, 'the parcel')).toThrow(
        expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path: 'If-Match' })] }),
      );
    },
  );

  it('is asked for with 428 when it is missing', () => {
    const detail = 'must be there: the ETag that the parcel was read with, or *';
    expect(() => parseIfMatch(undefined, 'the parcel')).toThrow(
      expect.objectContaining({ status: 428, errors: [{ path: 'If-Match', detail }] }),
    );
  });

  it('is judged at once however it is made up', async () => {
    const field = `"a"${' \t'.repeat(4_000)}${', '.repeat(4_000)}x`;
    const tookMs = await quickestMs(500, async () =>
      expect(() => parseIfMatch(field, 'the parcel')).toThrow(),
    );
    expect(tookMs).toBeLessThan(500);
  });
});

it('If-Match that need not be there is read the same', () => {
  expect(parseOptionalIfMatch(undefined)).toBeUndefined();
  expect(parseOptionalIfMatch('"a", W/"b"')).toEqual(['"a"']);
  expect(() => parseOptionalIfMatch('')).toThrow(expect.objectContaining({ status: 400 }));
});

describe('If-None-Match of a change', () => {
  it.each<[string | undefined, '*' | string[] | undefined]>([
    [undefined, undefined],
    [' * ', '*'],
    ['"a"', ['"a"']],
    ['W/"a", "b"', ['"a"', '"b"']],
    ['"W/"', ['"W/"']],
  ])('%s is %j: each in its strong form', (field, etags) => {
    expect(parseIfNoneMatch(field)).toEqual(etags);
  });

  it.each(['', 'a', '"a" "b"', '*, "a"'])(
    'is refused with 400 by its name when it is malformed: %s',
    (field) => {
      expect(() => parseIfNoneMatch(field)).toThrow(
        expect.objectContaining({
          status: 400,
          errors: [expect.objectContaining({ path: 'If-None-Match' })],
        }),
      );
    },
  );
});

describe('If-Match of what has weak ETags', () => {
  it.each<[string, '*' | string[]]>([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['W/"a"']],
    ['W/"a"', ['W/"a"']],
    [',"a",,\tW/"b" , ', ['W/"a"', 'W/"b"']],
    ['"W/"', ['W/"W/"']],
    ['W/"a,b", "c"', ['W/"a,b"', 'W/"c"']],
  ])('%s is %j: each in its weak form', (field, etags) => {
    expect(parseWeakIfMatch(field)).toEqual(etags);
  });

  it('need not be there', () => {
    expect(parseWeakIfMatch(undefined)).toBeUndefined();
  });

  it.each(['', ',', 'a', 'W/a', 'w/"a"', 'W/ "a"', '*, W/"a"'])(
    'is refused with 400 by its name when it is malformed: %s',
    (field) => {
      expect(() => parseWeakIfMatch(field)).toThrow(
        expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path: 'If-Match' })] }),
      );
    },
  );
});

const ETAG = '"v2-0123456789abcdef"';

describe('If-None-Match', () => {
  it.each([
    ETAG,
    `W/${ETAG}`,
    '*',
    ' * ',
    `"other", ${ETAG}`,
    `${ETAG},"other"`,
    `"other" , W/${ETAG} , "third"`,
    ` ${ETAG} `,
  ])('%s matches', (field) => {
    expect(matchesETag(field, ETAG)).toBe(true);
  });

  it.each([
    '',
    '"v1-0123456789abcdef"',
    'v2-0123456789abcdef',
    '"V2-0123456789ABCDEF"',
    'w/"v2"',
    '"a", "b"',
    '"*"',
    ',',
  ])('%s does not match', (field) => {
    expect(matchesETag(field, ETAG)).toBe(false);
  });
});

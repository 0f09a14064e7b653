import { describe, expect, it } from 'vitest';
import { matchesETag } from './order-answer.js';

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

import { describe, expect, it } from 'vitest';
import { canonicalNumber, firstDifference, parseExactly } from './exact-json.js';

describe('JSON that is compared to the last digit', () => {
  it.each([
    ['1.50', '15e-1'],
    ['150e-2', '15e-1'],
    ['-0.0', '0e0'],
    ['100', '1e2'],
    ['9007199254740993', '9007199254740993e0'],
    ['-1E+400', '-1e400'],
  ])('%s is %s', (text, canonical) => expect(canonicalNumber(text)).toBe(canonical));

  it('tells numbers apart that JavaScript does not', () => {
    const [sent, kept] = ['{"a":9007199254740993,"b":1}', '{"a":9007199254740992}'].map(parseExactly);
    expect(firstDifference(sent, kept)).toMatch(/^#\/sa: sent n9007199254740993e0/);
  });

  it('tells a text from a number, and sees what was added', () => {
    expect(firstDifference(parseExactly('{"a":"1"}'), parseExactly('{"a":1}'))).toBeDefined();
    expect(firstDifference(parseExactly('{}'), parseExactly('{"a":1}'))).toBeDefined();
    expect(firstDifference(parseExactly('[1,2]'), parseExactly('[1]'))).toBeDefined();
  });

  it('takes the same content in another dress, with more beside it', () => {
    const sent = parseExactly('\uFEFF{"x": [1.0, "\\u0061\\""], "unknown": null, "x": [10e-1, "a\\u0022"]}');
    expect(firstDifference(sent, parseExactly('{"x":[1,"a\\""]}'))).toBeUndefined();
  });
});

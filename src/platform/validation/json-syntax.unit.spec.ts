import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntaxFault } from './json-syntax.js';

const DEPTH = 8;
const MIB = 1_048_576;

const faultOf = (text: string) => syntaxFault(Buffer.from(text), DEPTH);

function isForJsonParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the syntax of JSON', () => {
  it.each([
    '0',
    '-0',
    '10',
    '1.0',
    '0.5e1',
    '1E+2',
    '1e-2',
    '-1.25e400',
    'true',
    'false',
    ' null\r\n',
    '""',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff"',
    '"\u007f\u2028é😀"',
    '"\\ud800"',
    '[]',
    '[ ]',
    '[[],{},[1,{"a":[2]}]]',
    '{}',
    '{ "a" : 1 , "" : { } }',
    '[[[[[[[[]]]]]]]]',
  ])('has %s', (text) => {
    expect(isForJsonParse(text)).toBe(true);
    expect(faultOf(text)).toBeUndefined();
  });

  it.each([
    '',
    ' ',
    '-',
    '+1',
    '01',
    '-01',
    '00',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '0x1',
    '1 2',
    '1,',
    'tru',
    'truee',
    'True',
    'nul',
    'NaN',
    'Infinity',
    '"',
    '"a',
    '"\\',
    '"\\"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123',
    '"\t"',
    '"\0"',
    "'a'",
    '[',
    ']',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    '{',
    '}',
    '{"a"',
    '{"a":',
    '{"a":}',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '{1:1}',
    '{"a":1]',
    '{,}',
    '[]]',
    '{}{}',
    '\u00a01',
    '\ufeff1',
    '/**/1',
  ])('has no %j', (text) => {
    expect(isForJsonParse(text)).toBe(false);
    expect(faultOf(text)).toBe('syntax');
  });

  it.each(['[[[[[[[[[]]]]]]]]]', '['.repeat(MIB), '{"":'.repeat(MIB / 4), '[[[[[[[[{'])(
    'is too deep in %s',
    (text) => {
      expect(faultOf(text)).toBe('depth');
    },
  );

  it('is that of JSON.parse, whatever is done to a text', () => {
    const aText = fc.json({ maxDepth: 3, stringUnit: 'grapheme' });
    const anEdit = fc.record({
      at: fc.nat(),
      cut: fc.nat(2),
      put: fc.constantFrom(
        '',
        '"',
        '\\',
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        '0',
        '-',
        '.',
        'e',
        'u',
        ' ',
        '\n',
        '\0',
        't',
      ),
    });
    fc.assert(
      fc.property(aText, fc.array(anEdit, { maxLength: 3 }), (text, edits) => {
        let edited = text;
        for (const { at, cut, put } of edits) {
          const place = at % (edited.length + 1);
          edited = edited.slice(0, place) + put + edited.slice(place + cut);
        }
        const isWhole = edited.toWellFormed() === edited;
        if (isWhole) expect(faultOf(edited) === undefined).toBe(isForJsonParse(edited));
      }),
      { numRuns: 2_000 },
    );
  });
});

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv-line.js';

describe('a line of CSV', () => {
  it('ends as RFC 4180 has it, and quotes what has to be', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', 'two\r\nlines', '', 12, -3])).toBe(
      'a,"b,c","say ""hi""","two\r\nlines",,12,-3\r\n',
    );
  });

  it.each([
    '=1+1',
    '+49 30 1',
    '-2+3',
    '-cmd',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠A',
  ])('begins no formula with %j', (text) => expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/));

  it.each([
    ['Ann;=HYPERLINK("http://x")', `Ann;'=HYPERLINK("http://x")`],
    ['Ann; \u00A0+1', "Ann; \u00A0'+1"],
    ['Ann;"=1"', `Ann;"'=1"`],
    ['Ann\t@SUM(A1)', "Ann\t'@SUM(A1)"],
    ['Ann|-1', "Ann|'-1"],
    ['Ann\r\n=1;;=2', "Ann\r\n'=1;;'=2"],
    ['-5\n=1', "'-5\n'=1"],
    ['=1;＝2', "'=1;'＝2"],
  ])(
    'begins none with %j for who splits it at a semicolon, a tab, a bar or the end of a line',
    (text, written) => expect(parse(csvLine([text]))).toEqual([[written]]),
  );

  it('takes a text of blanks and separators alone in no time', () => {
    const text = `${';\t '.repeat(300_000)}x`;
    expect(csvLine([text])).toBe(`${text}\r\n`);
  });

  it.each(['-1', '-12.5', '12', 'a=1', 'a - b; c', "'=1", ' =1', '', '٣'])('leaves %j as it is', (text) =>
    expect(csvLine([text])).toBe(`${text}\r\n`),
  );

  it('is read back as it was by a parser, whatever stands in it', () => {
    const cells = ['"', '""', ',', 'a\nb', 'c\rd', '"x",y', 'שלום', '\u202Eabc', '\u{1F600}', ' ', '<b>'];
    expect(parse(csvLine(cells) + csvLine(['next']), { relax_column_count: true })).toEqual([
      cells,
      ['next'],
    ]);
  });
});

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

  it.each(['-1', '-12.5', '12', 'a=1', "'=1", ' =1', '', '٣'])('leaves %j as it is', (text) =>
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

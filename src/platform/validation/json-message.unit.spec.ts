import { describe, expect, it } from 'vitest';
import { decodeJson, MAX_MESSAGE_BYTES } from './json-message.js';
import { MAX_DEPTH } from './json-text.js';
import { compileValidator } from './model-validator.js';
import { aShelf, Shelf } from './shelf.fixture.js';

const validate = compileValidator(Shelf, 'a shelf');
const verdictOf = (bytes: Buffer | null) => decodeJson(bytes, (value) => validate(value, 'ignore'));

function decode(text: string): Shelf {
  const verdict = verdictOf(Buffer.from(text));
  if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
  return verdict.model;
}

function faultsOf(bytes: Buffer | null) {
  const verdict = verdictOf(bytes);
  return verdict.valid ? [] : verdict.faults;
}

describe('bytes that are no message', () => {
  const text = JSON.stringify(aShelf());
  const TOO_DEEP = `must not be nested deeper than ${MAX_DEPTH}`;
  const badUtf8 = Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xff]), Buffer.from('"}')]);

  it.each([
    ['no value', null, 'must be a JSON object, not an empty value'],
    ['an empty value', Buffer.alloc(0), 'must be a JSON object, not an empty value'],
    ['a byte that is not UTF-8', badUtf8, 'must be UTF-8'],
    ['a surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'must be UTF-8'],
    ['an overlong NUL', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'must be UTF-8'],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'must be UTF-8'],
    ['only a byte order mark', Buffer.from('\ufeff'), 'must be JSON'],
    ['only spaces', Buffer.from('  \n'), 'must be JSON'],
    ['half a message', Buffer.from(text.slice(0, 100)), 'must be JSON'],
    ['two messages', Buffer.from(text + text), 'must be JSON'],
    ['JSON5', Buffer.from(text.replace('"label"', 'label')), 'must be JSON'],
    ['NaN', Buffer.from(text.replace('1817', 'NaN')), 'must be JSON'],
    ['1 MiB of open brackets', Buffer.from('['.repeat(MAX_MESSAGE_BYTES)), TOO_DEEP],
    ['1 MiB of open objects', Buffer.from('{"}":'.repeat(200_000)), TOO_DEEP],
    ['brackets behind escaped quotes', Buffer.from(`["\\\\\\"]",${'['.repeat(64)}`), TOO_DEEP],
  ])('%s', (_name, bytes, detail) => {
    expect(faultsOf(bytes)).toEqual([{ path: '', pointer: '#', detail }]);
  });

  it('nested 500,000 deep', () => {
    const bytes = Buffer.from('['.repeat(500_000) + ']'.repeat(500_000));
    expect(faultsOf(bytes)).toEqual([
      { path: '', pointer: '#', detail: `must not be nested deeper than ${MAX_DEPTH}` },
    ]);
  });

  it('one byte longer than 1 MiB, while 1 MiB is taken', () => {
    const padded = (bytes: number) => Buffer.from(text + ' '.repeat(bytes - Buffer.byteLength(text)));
    expect(faultsOf(padded(MAX_MESSAGE_BYTES))).toEqual([]);
    expect(faultsOf(padded(MAX_MESSAGE_BYTES + 1))).toEqual([
      { path: '', pointer: '#', detail: 'must be at most 1048576 bytes, not 1048577' },
    ]);
  });
});

describe('a number that JavaScript would round to a whole one', () => {
  it('is refused as it was written, cut where it is long', () => {
    const withPrice = (price: string): Buffer => Buffer.from(JSON.stringify(aShelf()).replace('1817', price));
    const expected = 'must be a whole number from 0 to 9007199254740991';
    expect(faultsOf(withPrice('9007199254740990.5'))[0]!.detail).toBe(`${expected}, not 9007199254740990.5`);
    expect(faultsOf(withPrice(`1.${'0'.repeat(900_000)}1`))[0]!.detail).toBe(
      `${expected}, not 1.${'0'.repeat(62)}…`,
    );
  });

  it('is let pass in a field that nobody knows, and within a text', () => {
    const shelf = { ...aShelf(), label: 'a:1e-400 "\\": 1.0000000000000000001' };
    const text = JSON.stringify(shelf).replace('{', '{"x":[1e-400,{"y":0.99999999999999999999}],');
    expect(decode(text).label).toBe(shelf.label);
  });

  it.each(['0.0', '0e-400', '-0', '-0.00e5', '18170e-1', '0.1817E+4', '1817.000000000000000000000'])(
    'is not %s, which is whole',
    (written) => {
      expect([0, 1817]).toContain(decode(JSON.stringify(aShelf()).replace('1817', written)).books[0]!.price);
    },
  );
});

describe('NaN and Infinity', () => {
  const named = (text: string, unknownFields: 'ignore' | 'refuse' = 'ignore') => {
    const options = { namesNonNumbers: true };
    const verdict = decodeJson(Buffer.from(text), (value) => validate(value, unknownFields), options);
    return verdict.valid ? [] : verdict.faults;
  };
  const NOT_JSON = [{ path: '', pointer: '#', detail: 'must be JSON' }];
  const withWeight = (written: string): string =>
    JSON.stringify(aShelf()).replace(/("weight":)[\d.]+/, `$1${written}`);

  it.each(['NaN', 'Infinity', '-Infinity', '-NaN'])('are faults of their fields: %s', (written) => {
    const fault = {
      path: 'books[0].weight',
      pointer: '#/books/0/weight',
      detail: `must be a number that a double holds, not ${written}`,
    };
    expect(named(withWeight(written))).toEqual([fault]);
    expect(named(`\ufeff${withWeight(` ${written}\n`)}`)).toEqual([fault]);
    expect(named(withWeight(written).replace('"label"', '"x":"NaN, \\", Infinity","label"'))).toEqual([
      fault,
    ]);
  });

  it('are no JSON where nobody knows the field, or where more is wrong', () => {
    const text = JSON.stringify(aShelf());
    expect(named(text.replace('{', '{"x":NaN,'))).toEqual(NOT_JSON);
    expect(named(text.replace('{', '{NaN:1,'), 'refuse')).toEqual(NOT_JSON);
    expect(named(withWeight('1NaN'))).toEqual(NOT_JSON);
    expect(named(withWeight('NaN').slice(0, -1))).toEqual(NOT_JSON);
    expect(named('NaN,'.repeat(200_000))).toEqual(NOT_JSON);
    expect(named('"' + 'NaN,'.repeat(200_000))).toEqual(NOT_JSON);
  });

  it('are letters within a text', () => {
    expect(named(JSON.stringify({ ...aShelf(), label: 'NaN, Infinity]' }))).toEqual([]);
  });
});

describe('nesting', () => {
  it('is let pass in fields that nobody knows, and brackets in texts are none', () => {
    const nested = `${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}`;
    const text = JSON.stringify({ ...aShelf(), label: '[{"'.repeat(80) });
    expect(decode(text.replace('{', `{"x":${nested},`)).label).toHaveLength(240);
    expect(faultsOf(Buffer.from(text.replace('{', `{"x":[${nested}],`)))).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Optional, Text, WholeNumber } from './field-rules.js';
import { decodeJson } from './json-message.js';
import { jsonSchemaOf } from './json-schema.js';
import { Long } from './long-field.js';
import { compileValidator } from './model-validator.js';

class Span {
  @Text() name!: string;
  @Long('milliseconds') begins!: number | bigint;
  @Optional() @Long() ends?: number | bigint;
  @Optional() @WholeNumber() turns?: number;
}

const validate = compileValidator(Span, 'a span');
const decode = (text: string) =>
  decodeJson(Buffer.from(text), (value) => validate(value, 'ignore'), { areLongs: true });
const withBegins = (written: string): string => `{"name":"a","begins":${written}}`;

function modelOf(text: string): Span {
  const verdict = decode(text);
  if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
  return verdict.model;
}

function foundIn(text: string): string[] {
  const verdict = decode(text);
  return verdict.valid
    ? []
    : verdict.faults.map(({ path, detail }) => `${path}: ${detail.replace(/.*, /, '')}`);
}

describe('a long', () => {
  it('is exact over all 64 bits', () => {
    const arbitraryLong = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(arbitraryLong, (long) => {
        expect(BigInt(modelOf(withBegins(String(long))).begins)).toBe(long);
      }),
    );
  });

  it.each(['0', '-0', '9007199254740991', '9007199254740992', '-9007199254740993', ' 9223372036854775807 '])(
    'may be %s',
    (written) => {
      expect(BigInt(modelOf(withBegins(written)).begins)).toBe(BigInt(written));
    },
  );

  it.each(['9223372036854775808', '-9223372036854775809', '1.5', '1.0', '1e3', '-1E-2', '1e400'])(
    'is not %s',
    (written) => {
      expect(foundIn(withBegins(written))).toEqual([`begins: not ${written}`]);
    },
  );

  it.each([
    ['1'.repeat(1_000_000), `not ${'1'.repeat(64)}…`],
    ['"1"', 'not text'],
    ['"\\u0000123"', 'not 123'],
    ['null', 'not null'],
    ['[9007199254740993]', 'not a list'],
  ])('is not %.30s', (written, found) => {
    expect(foundIn(withBegins(written))).toEqual([`begins: ${found}`]);
  });

  it('is left as it is within texts, and in fields that nobody knows', () => {
    const name = '9007199254740993 \\" [9007199254740995] ,1e3}';
    const text = `{"x":[9007199254740993,{"y":1e3}],"name":"${name}","begins":9007199254740993}`;
    expect(modelOf(text)).toEqual({
      name: JSON.parse(`"${name}"`) as string,
      begins: 9_007_199_254_740_993n,
    });
  });

  it('is not taken where another number is wanted, and said as it was written', () => {
    const text = '{"name":9007199254740993,"begins":1,"turns":9007199254740993}';
    expect(foundIn(text)).toEqual(['name: not 9007199254740993', 'turns: not 9007199254740993']);
  });

  it('is rounded for who does not ask for longs, as JSON.parse does', () => {
    const text = withBegins('9007199254740993');
    const verdict = decodeJson(Buffer.from(text), (value) => ({ valid: true, value }) as const);
    expect(verdict).toEqual({ valid: true, value: { name: 'a', begins: 9_007_199_254_740_992 } });
  });

  it('describes itself', () => {
    expect(jsonSchemaOf(Span).properties['begins']).toEqual({
      type: 'integer',
      format: 'int64',
      description: 'milliseconds',
    });
  });
});

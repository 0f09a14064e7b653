import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfJson, membersOf } from './json-members.js';

const DEPTH = 64;
const MANY = 1_000;

const faultOf = (text: string | Buffer): string | undefined =>
  faultOfJson(Buffer.from(text as string), DEPTH);

/** Of an object that is valid, as texts. */
function textsOf(text: string): Record<string, string> {
  expect(faultOf(text)).toBeUndefined();
  const { byName } = membersOf(Buffer.from(text), MANY)!;
  return Object.fromEntries([...byName].map(([name, bytes]) => [name, bytes.toString()]));
}

describe('bytes', () => {
  it.each([
    ['nothing', '', 'must be JSON, not an empty value'],
    ['blanks', ' \n', 'must be JSON'],
    ['half an object', '{"a":1', 'must be JSON'],
    ['two', '{} {}', 'must be JSON'],
    ['a raw NUL in a text', '{"a":"\0"}', 'must be JSON'],
    ['a raw line feed in a text', '{"a":"\n"}', 'must be JSON'],
    ['a comment', '{/**/}', 'must be JSON'],
    ['a comma at the end', '{"a":1,}', 'must be JSON'],
    ['a leading zero', '{"a":01}', 'must be JSON'],
    ['NaN', '{"a":NaN}', 'must be JSON'],
    ['a blank that JSON does not know', '{\u00a0"a":1}', 'must be JSON'],
    ['a byte order mark', '\uFEFF{}', 'must not begin with a byte order mark'],
    ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'must be UTF-8'],
    ['a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'must be UTF-8'],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'must be UTF-8'],
    ['a cut character', Buffer.from([0x22, 0xe2, 0x82, 0x22]), 'must be UTF-8'],
    ['lists too deep', '['.repeat(65) + ']'.repeat(65), 'must not be nested deeper than 64'],
    ['a MiB of open lists', '['.repeat(1_048_576), 'must not be nested deeper than 64'],
    ['a MiB of open objects', '{"":'.repeat(262_144), 'must not be nested deeper than 64'],
  ])('that are %s are no JSON that is kept', (_what, bytes, fault) => {
    expect(faultOf(bytes)).toBe(fault);
  });

  it.each([
    '1',
    'null',
    ' "a" ',
    '[]',
    '{}',
    '['.repeat(64) + ']'.repeat(64),
    `"${'['.repeat(100)}"`,
    '"\\ud800"',
  ])('that are %s are JSON', (text) => {
    expect(faultOf(text)).toBeUndefined();
  });
});

describe('the members of an object', () => {
  it('are the texts as they came, without the blanks around them', () => {
    const text =
      ' {\t"a" : 1.0 ,\r\n"b":[ 1 , {"c":"]}" } ]\n, "d": "x\\"}," ,"e":-0,"f":1e400,"g":{ "z":1, "a":2 },"h":null }\n';
    expect(textsOf(text)).toEqual({
      a: '1.0',
      b: '[ 1 , {"c":"]}" } ]',
      d: '"x\\"},"',
      e: '-0',
      f: '1e400',
      g: '{ "z":1, "a":2 }',
      h: 'null',
    });
  });

  it.each([
    ['{"a":"\\\\","b":2}', { a: '"\\\\"', b: '2' }],
    ['{"a":"\\\\\\"","b":2}', { a: '"\\\\\\""', b: '2' }],
    ['{"a":{"x\\\\":"}"},"b":2}', { a: '{"x\\\\":"}"}', b: '2' }],
    ['{"a":9007199254740993}', { a: '9007199254740993' }],
    ['{"é😀":"é😀"}', { 'é😀': '"é😀"' }],
    ['{"\\u0061\\n":true}', { 'a\n': 'true' }],
    ['{"":""}', { '': '""' }],
    ['{ }', {}],
  ])('of %s', (text, members) => {
    expect(textsOf(text)).toEqual(members);
  });

  it('has those called as what every object has', () => {
    const { byName } = membersOf(Buffer.from('{"__proto__":1,"constructor":2}'), MANY)!;
    expect([...byName.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('are told that stand there twice, however they are written', () => {
    const text = Buffer.from('{"a":1,"b":2,"\\u0061":3,"c":4,"c":4,"a":5}');
    const { byName, duplicates } = membersOf(text, MANY)!;
    expect([...duplicates]).toEqual(['a', 'c']);
    expect(byName.get('a')!.toString()).toBe('1');
  });

  it('are not looked at beyond the bound', () => {
    const text = Buffer.from('{"a":1,"b":2,"c":3}');
    expect(membersOf(text, 3)).toMatchObject({ hasMore: false });
    const some = membersOf(text, 2)!;
    expect([[...some.byName.keys()], some.hasMore]).toEqual([['a', 'b'], true]);
  });

  it.each(['[]', '1', '"{}"', 'null', 'true', ' [{}]'])('of %s are none', (text) => {
    expect(membersOf(Buffer.from(text), MANY)).toBeUndefined();
  });

  it('are each what JSON.parse has under the name, whatever the object and its blanks', () => {
    const anObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 5,
    });
    fc.assert(
      fc.property(anObject, fc.constantFrom('', ' ', '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const { byName } = membersOf(Buffer.from(text), MANY)!;
        const members = [...byName].map(([name, bytes]) => [name, JSON.parse(bytes.toString()) as unknown]);
        expect(Object.fromEntries(members)).toEqual(JSON.parse(text));
      }),
    );
  });
});

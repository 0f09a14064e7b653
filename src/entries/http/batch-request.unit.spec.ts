import { describe, expect, it } from 'vitest';
import { MAX_VALUE_BYTES } from '../model/stored-entry.js';
import { batchGetKeysOf, batchSetWritesOf } from './batch-request.js';
import { refusalOf } from './refusal.fixture.js';

const keysOf = (body: string): string[] => batchGetKeysOf(Buffer.from(body), 't').map(({ key }) => key);
const writesOf = (body: string) => batchSetWritesOf(Buffer.from(body), 't');
const listOf = (length: number, text: (index: number) => string): string =>
  Array.from({ length }, (_, index) => text(index)).join(',');

describe('the keys of a batch', () => {
  it('are read in their order, each once', () => {
    expect(keysOf('{"keys":["b","a","\\u0062","__proto__","ä😀",".."]}')).toEqual([
      'b',
      'a',
      '__proto__',
      'ä😀',
      '..',
    ]);
    expect(batchGetKeysOf(Buffer.from('{"keys":["a"]}'), 't')).toEqual([{ instance: 't', key: 'a' }]);
    expect(keysOf('{"keys":[]}')).toEqual([]);
  });

  it('may be 100, and no more', () => {
    const body = (length: number) => `{"keys":[${listOf(length, (index) => `"k${index}"`)}]}`;
    expect(keysOf(body(100))).toHaveLength(100);
    expect(refusalOf(() => keysOf(body(101)))).toEqual({ status: 400, paths: ['keys'] });
  });

  it.each([
    ['', ['']],
    ['[]', ['']],
    ['{}', ['keys']],
    ['{"keys":"a"}', ['keys']],
    ['{"keys":null}', ['keys']],
    ['{"keys":{"0":"a"}}', ['keys']],
    ['{"keys":["a",1,null,["b"],"","\\ud800"]}', ['keys[1]', 'keys[2]', 'keys[3]', 'keys[4]', 'keys[5]']],
    [`{"keys":["${'x'.repeat(256)}"]}`, ['keys[0]']],
    ['{"keys":["a"],"keys":["b"]}', ['keys']],
    ['{"keys":["a"],"prefix":""}', ['prefix']],
  ])('%j are refused', (body, paths) => {
    expect(refusalOf(() => keysOf(body))).toEqual({ status: 400, paths });
  });
});

describe('the writes of a batch', () => {
  it('are read in their order, each text as it came', () => {
    const writes = writesOf(
      '{"entries": {"2": {"value": 1.0 }, "1":{"ttl":5,"value":{ "b":1,"a":2 },"metadata":{ }}, "__proto__":{"value":null}}}',
    );
    expect(writes.map(({ instance, key, content }) => [instance, key, content!.value.toString()])).toEqual([
      ['t', '2', '1.0'],
      ['t', '1', '{ "b":1,"a":2 }'],
      ['t', '__proto__', 'null'],
    ]);
    expect(writes[1]!.content).toMatchObject({ ttlSeconds: 5, metadata: '{ }' });
    expect(writesOf('{"entries":{}}')).toEqual([]);
  });

  it('may be 100, and no more', () => {
    const body = (length: number) => `{"entries":{${listOf(length, (index) => `"k${index}":{"value":0}`)}}}`;
    expect(writesOf(body(100))).toHaveLength(100);
    expect(refusalOf(() => writesOf(body(101)))).toEqual({ status: 400, paths: ['entries'] });
  });

  it.each([
    ['{}', ['entries']],
    ['{"entries":[]}', ['entries']],
    ['{"entries":{"a":1}}', ['entries.a']],
    ['{"entries":{"a":{}}}', ['entries.a.value']],
    [
      '{"entries":{"a":{"value":1,"ttl":1.5},"b":{"value":1,"metadata":0}}}',
      ['entries.a.ttl', 'entries.b.metadata'],
    ],
    ['{"entries":{"a":{"value":1},"a":{"value":2}}}', ['entries.a']],
    ['{"entries":{"a":{"value":1,"key":"a"}}}', ['entries.a.key']],
    ['{"entries":{"":{"value":1}}}', ['entries[""]']],
    ['{"entries":{"\\ud800":{"value":1}}}', ['entries["\\ud800"]']],
    ['{"entries":{"a":{"value":1}},"mode":1}', ['mode']],
  ])('%j are refused', (body, paths) => {
    expect(refusalOf(() => writesOf(body))).toEqual({ status: 400, paths });
  });

  it('may be nested as deep as those of one entry', () => {
    const deep = (depth: number) => `{"entries":{"a":{"value":${'['.repeat(depth)}${']'.repeat(depth)}}}}`;
    expect(writesOf(deep(64))).toHaveLength(1);
    expect(refusalOf(() => writesOf(deep(65))).status).toBe(400);
  });

  it('may each be of 1 MiB, and no byte more', () => {
    const body = (bytes: number) => `{"entries":{"a":{"value":"${'x'.repeat(bytes - 2)}"}}}`;
    expect(writesOf(body(MAX_VALUE_BYTES))[0]!.content!.value).toHaveLength(MAX_VALUE_BYTES);
    expect(refusalOf(() => writesOf(body(MAX_VALUE_BYTES + 1))).status).toBe(413);
  });
});

describe('bytes in a batch', () => {
  const contentOf = (value: string) => writesOf(`{"entries":{"a":{"value":${value},"ttl":1}}}`)[0]!.content!;

  it('are what stands there in base64', () => {
    const content = contentOf('{ "content_type": "image/png", "base64": "AP8NCg==" }');
    expect(content).toEqual({
      value: Buffer.from([0, 255, 13, 10]),
      contentType: 'image/png',
      ttlSeconds: 1,
      metadata: undefined,
    });
    expect(contentOf('{"base64":"","content_type":"a/b"}').value).toHaveLength(0);
  });

  it('may be 1 MiB, of which the text is longer', () => {
    const of = (bytes: number) => () =>
      contentOf(`{"base64":"${Buffer.alloc(bytes).toString('base64')}","content_type":"a/b"}`);
    expect(of(MAX_VALUE_BYTES)().value).toHaveLength(MAX_VALUE_BYTES);
    expect(refusalOf(of(MAX_VALUE_BYTES + 1)).status).toBe(413);
  });

  it.each([
    ['{"base64":"AP8","content_type":"a/b"}', 'base64'],
    ['{"base64":"AP8=\\n","content_type":"a/b"}', 'base64'],
    ['{"base64":"_-8=","content_type":"a/b"}', 'base64'],
    ['{"base64":1,"content_type":"a/b"}', 'base64'],
    ['{"base64":"","content_type":"a"}', 'content_type'],
    ['{"base64":"","content_type":null}', 'content_type'],
    ['{"base64":"","content_type":"a/b; c=\\u0100"}', 'content_type'],
    ['{"base64":"","content_type":"application/json"}', 'content_type'],
  ])('are refused that are none: %s', (value, name) => {
    expect(refusalOf(() => contentOf(value))).toEqual({ status: 400, paths: [`entries.a.value.${name}`] });
  });

  it.each([
    '{"base64":"AA=="}',
    '{"base64":"AA==","content_type":"a/b","more":1}',
    '[{"base64":"","content_type":"a/b"}]',
  ])('are not meant by %s', (value) => {
    const content = contentOf(value);
    expect([content.value.toString(), content.contentType]).toEqual([value, undefined]);
  });
});

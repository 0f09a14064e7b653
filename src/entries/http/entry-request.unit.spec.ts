import { describe, expect, it } from 'vitest';
import { MAX_METADATA_BYTES, MAX_TTL_SECONDS, MAX_VALUE_BYTES } from '../model/stored-entry.js';
import { aRequest } from './a-request.fixture.js';
import { deleteRequestOf, setRequestOf } from './entry-request.js';
import { refusalOf } from './refusal.fixture.js';

const URL = '/v1/cache/k';
const JSON_TYPE = { 'content-type': 'application/json' };

const set = (body: string | Buffer | undefined, fields = {}, url = URL) =>
  setRequestOf(
    aRequest(url, { ...JSON_TYPE, ...fields }),
    body === undefined ? undefined : Buffer.from(body as string),
    'through',
  );
const setContent = (body: string) => set(body).content!;

describe('the body of an entry', () => {
  it('is taken apart, each text as it came', () => {
    const { content } = set(
      '{ "metadata" : { "b": 1.0, "a":[ ] } , "value" : [ 1.0,\t-0 , 1e400 ] ,"ttl":60 }',
    );
    expect(content?.value.toString()).toBe('[ 1.0,\t-0 , 1e400 ]');
    expect(content).toMatchObject({ ttlSeconds: 60, metadata: '{ "b": 1.0, "a":[ ] }' });
    expect(content?.contentType).toBeUndefined();
  });

  it.each(['null', 'false', '0', '""', '[]', '{}', '9007199254740993', '"\\u0000\\ud800"'])(
    'may have the value %s',
    (value) => {
      expect(setContent(`{"value":${value}}`).value.toString()).toBe(value);
    },
  );

  it.each([
    ['0', 0],
    ['-0', 0],
    ['1', 1],
    ['5.0', 5],
    ['1e3', 1_000],
    [String(MAX_TTL_SECONDS), MAX_TTL_SECONDS],
  ])('may have the ttl %s', (ttl, seconds) => {
    const { ttlSeconds } = setContent(`{"value":1,"ttl":${ttl}}`);
    expect(ttlSeconds).toBe(seconds);
  });

  it.each([
    '-1',
    '1.5',
    '"5"',
    'null',
    'true',
    '[5]',
    '{}',
    '1e-400',
    '4.00000000000000000001',
    '1e400',
    String(MAX_TTL_SECONDS + 1),
    '9'.repeat(1_000),
  ])('may not have the ttl %s', (ttl) => {
    expect(refusalOf(() => set(`{"value":1,"ttl":${ttl}}`))).toEqual({ status: 400, paths: ['ttl'] });
  });

  it.each(['null', '[]', '"{}"', '1', `{"a":"${'x'.repeat(MAX_METADATA_BYTES - 7)}"}`])(
    'may not have the metadata %s',
    (metadata) => {
      expect(refusalOf(() => set(`{"value":1,"metadata":${metadata}}`))).toEqual({
        status: 400,
        paths: ['metadata'],
      });
    },
  );

  it('may have metadata as large as that', () => {
    const metadata = `{"a":"${'x'.repeat(MAX_METADATA_BYTES - 8)}"}`;
    expect(metadata).toHaveLength(MAX_METADATA_BYTES);
    expect(setContent(`{"value":1,"metadata":${metadata}}`).metadata).toBe(metadata);
  });

  it.each<[string | undefined, string[]]>([
    [undefined, ['']],
    ['', ['']],
    ['{', ['']],
    ['1', ['']],
    ['[]', ['']],
    ['{"value":1} 2', ['']],
    ['\uFEFF{"value":1}', ['']],
    ['{}', ['value']],
    ['{"Value":1}', ['Value', 'value']],
    ['{"value":1,"key":"k","expires":2}', ['key', 'expires']],
    ['{"value":1,"value":1}', ['value']],
    ['{"value":1,"v\\u0061lue":1}', ['value']],
    ['{"value":1,"ttl":1,"ttl":1}', ['ttl']],
    ['{"ttl":-1,"metadata":[],"a.b":1}', ['["a.b"]', 'value', 'ttl', 'metadata']],
  ])('%j is refused, by the names of what is wrong', (body, paths) => {
    expect(refusalOf(() => set(body))).toEqual({ status: 400, paths });
  });

  it('is refused in a few words, however many members it has', () => {
    const members = Array.from({ length: 100_000 }, (_, index) => `"m${index}":0`).join(',');
    const { status, paths } = refusalOf(() => set(`{"value":1,${members}}`));
    expect(status).toBe(400);
    expect(paths.length).toBeLessThan(20);
  });

  it('may be as deep as the value may, and no deeper', () => {
    const deep = (depth: number) => `{"value":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(setContent(deep(64)).value).toHaveLength(128);
    expect(refusalOf(() => set(deep(65)))).toEqual({ status: 400, paths: [''] });
  });

  it('may have a value of 1 MiB, and none of a byte more', () => {
    const body = (bytes: number) => `{"value":"${'x'.repeat(bytes - 2)}"}`;
    expect(setContent(body(MAX_VALUE_BYTES)).value).toHaveLength(MAX_VALUE_BYTES);
    expect(refusalOf(() => set(body(MAX_VALUE_BYTES + 1))).status).toBe(413);
  });
});

describe('a body of another type', () => {
  it.each([
    'application/octet-stream',
    'text/plain; charset=utf-8',
    'IMAGE/PNG',
    'application/problem+json',
    'text/json',
    'a/b;c="\xe9"',
  ])('is kept as it came: %s', (type) => {
    const body = Buffer.from([0, 255, 13, 10]);
    const { content } = set(body, { 'content-type': type });
    expect(content).toEqual({ value: body, contentType: type, ttlSeconds: undefined });
  });

  it('does not keep all that its connection has read', () => {
    const read = Buffer.alloc(65_536, 1);
    const { content } = setRequestOf(
      aRequest(URL, { 'content-type': 'a/b' }),
      read.subarray(0, 10),
      'through',
    );
    expect(content!.value.buffer.byteLength).toBe(10);
  });

  it('may be empty, and end', () => {
    const { content } = set(undefined, { 'content-type': 'a/b' }, `${URL}?ttl=5`);
    expect(content).toEqual({ value: Buffer.alloc(0), contentType: 'a/b', ttlSeconds: 5 });
  });

  it('may have 1 MiB, and no byte more', () => {
    const of = (bytes: number) => () => set(Buffer.alloc(bytes), { 'content-type': 'a/b' });
    expect(of(MAX_VALUE_BYTES)().content!.value).toHaveLength(MAX_VALUE_BYTES);
    expect(refusalOf(of(MAX_VALUE_BYTES + 1)).status).toBe(413);
  });

  it.each(['ttl=-1', 'ttl=1.5', 'ttl=', 'ttl=1&ttl=1', 'ttl=01', `ttl=${MAX_TTL_SECONDS + 1}`])(
    'is refused with ?%s',
    (query) => {
      expect(refusalOf(() => set('x', { 'content-type': 'a/b' }, `${URL}?${query}`))).toEqual({
        status: 400,
        paths: ['ttl'],
      });
    },
  );

  it.each(['a', 'a/', '/b', 'a/b, c/d', 'a b/c', `a/${'b'.repeat(254)}`])(
    'is refused with 415 as %s',
    (type) => {
      expect(refusalOf(() => set('x', { 'content-type': type }))).toEqual({
        status: 415,
        paths: ['Content-Type'],
      });
    },
  );

  it('is refused where it is not said which', () => {
    const without = (body: Buffer | undefined) => () => setRequestOf(aRequest(URL), body, 'through');
    expect(refusalOf(without(Buffer.from('{"value":1}')))).toEqual({ status: 415, paths: ['Content-Type'] });
    expect(refusalOf(without(undefined)).status).toBe(400);
  });
});

it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;x=y'])(
  '%s is JSON',
  (type) => {
    expect(set('{"value":1}', { 'content-type': type }).content?.contentType).toBeUndefined();
  },
);

it('the ttl of JSON stands in it', () => {
  expect(refusalOf(() => set('{"value":1}', {}, `${URL}?ttl=5`))).toEqual({ status: 400, paths: ['ttl'] });
});

describe('the conditions of a write', () => {
  const remove = (fields: Record<string, string>, mode: 'through' | 'behind' = 'through') =>
    deleteRequestOf(aRequest(URL, fields), mode);

  it('are its fields', () => {
    expect(remove({ 'if-match': '"1-2", W/"3-4"', 'if-none-match': 'W/"5-6"' })).toEqual({
      instance: 'global',
      key: 'k',
      content: undefined,
      ifMatch: ['"1-2"'],
      ifNoneMatch: ['"5-6"'],
      writtenAtUs: undefined,
    });
    expect(set('{"value":1}', { 'if-none-match': '*' }).ifNoneMatch).toBe('*');
  });

  it.each([
    ['1970-01-01T00:00:01Z', 1_000_000],
    ['2026-11-30T18:45:26.123456Z', 1_796_064_326_123_456],
    ['2026-11-30T18:45:26.1234561Z', 1_796_064_326_123_457],
    ['2026-11-30t18:45:26z', 1_796_064_326_000_000],
    ['2026-11-30T20:15:26.5+01:30', 1_796_064_326_500_000],
    ['1969-12-31T23:59:59.999999Z', -1],
  ])('the time %s', (text, us) => {
    expect(remove({ 'x-write-timestamp': text }).writtenAtUs).toBe(us);
  });

  it.each([
    '',
    '1',
    '2026-11-30',
    '2026-11-30T18:45:26',
    '2026-11-30 18:45:26Z',
    '2026-02-30T00:00:00Z',
    '2026-11-30T24:00:00Z',
    '2026-11-30T23:59:60Z',
    '9999-12-31T23:59:59Z',
    '0001-01-01T00:00:00Z',
    '2026-11-30T18:45:26Z, 2026-11-30T18:45:26Z',
  ])('are refused with the time %j', (text) => {
    expect(refusalOf(() => remove({ 'x-write-timestamp': text }))).toEqual({
      status: 400,
      paths: ['X-Write-Timestamp'],
    });
  });

  it('are refused where nobody can judge them', () => {
    expect(refusalOf(() => remove({ 'if-match': '*' }, 'behind'))).toEqual({
      status: 400,
      paths: ['If-Match'],
    });
    expect(refusalOf(() => remove({ 'if-none-match': '*' }, 'behind'))).toEqual({
      status: 400,
      paths: ['If-None-Match'],
    });
    expect(remove({ 'x-write-timestamp': '1970-01-01T00:00:00Z' }, 'behind').writtenAtUs).toBe(0);
  });
});

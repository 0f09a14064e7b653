import { describe, expect, it } from 'vitest';
import { aRequest } from './a-request.fixture.js';
import { entryKeyOf } from './entry-parameters.js';

const URL = '/v1/cache/k';
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('the tenant of a request', () => {
  it.each<[string, string, Record<string, string>]>([
    ['global', URL, {}],
    ['t1', URL, { 'x-instance-id': 't1' }],
    ['t1', `${URL}?instance_id=t1`, {}],
    ['t1', `${URL}?instance_id=t1`, { 'x-instance-id': 't1' }],
    ['ä😀', URL, { 'x-instance-id': latin1('ä😀') }],
    ['ä😀', `${URL}?instance_id=%C3%A4%F0%9F%98%80`, { 'x-instance-id': latin1('ä😀') }],
    ['a b+c', `${URL}?instance_id=a+b%2Bc`, {}],
    ['a/b', URL, { 'x-instance-id': 'a/b' }],
    ['a, b', URL, { 'x-instance-id': 'a, b' }],
    ['%61', URL, { 'x-instance-id': '%61' }],
    ['\0', `${URL}?instance_id=%00`, {}],
    ['é'.repeat(127), URL, { 'x-instance-id': latin1('é'.repeat(127)) }],
  ])('is %j', (instance, url, fields) => {
    expect(entryKeyOf(aRequest(url, fields))).toEqual({ instance, key: 'k' });
  });

  it.each<[string, string, Record<string, string | string[]>]>([
    ['X-Instance-ID', URL, { 'x-instance-id': '' }],
    ['X-Instance-ID', URL, { 'x-instance-id': '\xff' }],
    ['X-Instance-ID', URL, { 'x-instance-id': ['a', 'a'] }],
    ['X-Instance-ID', URL, { 'x-instance-id': latin1('é'.repeat(128)) }],
    ['instance_id', `${URL}?instance_id=`, {}],
    ['instance_id', `${URL}?instance_id`, {}],
    ['instance_id', `${URL}?instance_id=a&instance_id=a`, {}],
    ['instance_id', `${URL}?instance_id=${'a'.repeat(256)}`, {}],
    ['instance_id', `${URL}?instance_id=b`, { 'x-instance-id': 'a' }],
    ['instance-id', `${URL}?instance-id=a`, {}],
    ['ttl', `${URL}?ttl=1`, {}],
    ['', `${URL}?instance_id=%FF`, {}],
  ])('is refused by the name of what is wrong: %j', (path, url, fields) => {
    expect(() => entryKeyOf(aRequest(url, fields))).toThrow(
      expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path })] }),
    );
  });
});

describe('a key', () => {
  it.each(['a', '..', 'a/b', ' ', 'ä😀', '\0', '__proto__', 'x'.repeat(255), 'é'.repeat(127)])(
    'may be %j',
    (key) => {
      expect(entryKeyOf(aRequest(URL, {}, key)).key).toBe(key);
    },
  );

  it.each(['x'.repeat(256), 'é'.repeat(128), '\ud800'])('may not be %j', (key) => {
    expect(() => entryKeyOf(aRequest(URL, {}, key))).toThrow(
      expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path: 'key' })] }),
    );
  });

  it.each(['/v1/cache/a#b', '/v1/cache/\xc3\xa4', '/v1/cache/a?x=\xc3'])('is not read out of %j', (url) => {
    expect(() => entryKeyOf(aRequest(url))).toThrow(expect.objectContaining({ status: 400 }));
  });
});

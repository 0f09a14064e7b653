import { expect, it } from 'vitest';
import { readRedisUrl, REDIS_ADDRESS } from './redis-url.js';

const faultsOf = (text: string): string[] => {
  const url = readRedisUrl(text);
  return 'faults' in url ? url.faults : [];
};

it.each([
  ['redis://cache', { host: 'cache', port: 6379, usesTls: false, user: '', password: '', database: 0 }],
  ['redis://cache:6380/', { port: 6380, database: 0 }],
  ['rediss://u:p%40@cache/3', { host: 'cache', usesTls: true, user: 'u', password: 'p@', database: 3 }],
  ['redis://:p@[::1]/0', { host: '::1', port: 6379, user: '', password: 'p' }],
])('%s is a REDIS_URL', (text, url) => expect(readRedisUrl(text)).toMatchObject(url));

it.each([
  ['redis://cache/one', 'the number of a database'],
  ['redis://cache/1/2', 'the number of a database'],
  ['redis://cache?db=1', 'the parameter db, which is not honoured: expected none'],
  ['redis://cache?family=6', 'the parameter family'],
  ['redis://cache#1', 'a part behind #'],
  ['redis://:hunter2%@cache', 'a % that begins no escape'],
  ['redis://cache:0', 'the port 0'],
])('%s has one fault, without its password', (url, named) => {
  const faults = faultsOf(url);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(named);
  expect(faults[0]).not.toContain('hunter2');
});

it.each(['redis.internal:6379', 'redis:1', '10.0.0.7:65535', '[::1]:6379', 'my_redis-1.shop.example:6379'])(
  '%s is the address of a Redis',
  (address) => {
    expect(REDIS_ADDRESS.read(address)).toBe(`redis://${address}`);
    expect(faultsOf(`redis://${address}`)).toEqual([]);
  },
);

it.each([
  ...['', 'x', 'redis', 'redis:', ':6379', '6379', 'redis:0', 'redis:65536', 'redis:6379x', 'redis: 6379'],
  ...['redis:6379/1', 'redis://redis:6379', 'a:6379,b:6379', 'a b:6379', '::1', '::1:6379', '[:::]:6379'],
  ...['user@redis:6379', ':secret@redis:6379'],
])('"%s" is none', (address) => expect(REDIS_ADDRESS.read(address)).toBeUndefined());

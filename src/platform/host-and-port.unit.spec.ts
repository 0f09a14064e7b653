import { expect, it } from 'vitest';
import { joinHostAndPort, splitHostAndPort, withoutBrackets } from './host-and-port.js';

it.each([
  ['kafka-1:9092', { host: 'kafka-1', port: 9092 }],
  ['127.0.0.1:5432', { host: '127.0.0.1', port: 5432 }],
  ['[2001:db8::7]:6379', { host: '2001:db8::7', port: 6379 }],
])('%s is made of its halves, and taken apart into them', (text, halves) => {
  expect(joinHostAndPort(halves)).toBe(text);
  expect(splitHostAndPort(text)).toEqual(halves);
});

it('a host may come in brackets or without', () => {
  expect(['[::1]', '::1', 'shop.example'].map(withoutBrackets)).toEqual(['::1', '::1', 'shop.example']);
});

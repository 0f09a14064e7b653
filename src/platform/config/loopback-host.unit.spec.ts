import { describe, expect, it } from 'vitest';
import { isLoopbackHost } from './loopback-host.js';

describe('a host that is reached from its own machine alone', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST.',
    'shop.localhost',
  ])('is %s', (host) => expect(isLoopbackHost(host)).toBe(true));

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::2',
    '::ffff:10.0.0.1',
    'localhost.example',
    'waybill',
    '',
  ])('is not %s', (host) => expect(isLoopbackHost(host)).toBe(false));
});

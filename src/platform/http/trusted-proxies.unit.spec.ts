import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { addressIn, askedFor, trustOf } from './trusted-proxies.js';

describe('TRUST_PROXY', () => {
  it('is nobody by default', () => {
    expect(trustOf({ TRUST_PROXY: 'off' })).toBeUndefined();
  });

  it.each([
    ['10.0.0.0/8, 2001:db8::/32', ['10.9.8.7', '::ffff:10.1.2.3', '2001:db8::1']],
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']],
    ['uniquelocal,linklocal', ['172.16.0.9', '192.168.1.1', 'fd00::1', '169.254.1.1', 'fe80::1%eth0']],
    ['192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7', '192.0.2.7:4711']],
    ['0.0.0.0/0', ['203.0.113.9']],
  ])('as %s takes the word of %j alone', (text, trusted) => {
    const trusts = trustOf({ TRUST_PROXY: text })!;
    for (const address of trusted) expect(trusts(address, 0), address).toBe(true);
    const others = [
      '203.0.113.8',
      '2001:db9::1',
      'unknown',
      '',
      undefined,
      '10.0.0.999',
      '10.0.0.1.evil.example',
    ];
    for (const address of others) expect(trusts(address, 0) && text !== '0.0.0.0/0', address).toBe(false);
  });

  it('as a number takes that many proxies in a row, whoever they are', () => {
    const trusts = trustOf({ TRUST_PROXY: '2' })!;
    expect([0, 1, 2].map((hop) => trusts('203.0.113.9', hop))).toEqual([true, true, false]);
  });
});

it('an address may come with a port, brackets, and the name of an interface', () => {
  const texts = ['192.0.2.1', '192.0.2.1:80', '[2001:db8::1]:80', '[::1]', '2001:db8::1', 'fe80::1%eth0'];
  expect(texts.map(addressIn)).toEqual([
    '192.0.2.1',
    '192.0.2.1',
    '2001:db8::1',
    '::1',
    '2001:db8::1',
    'fe80::1',
  ]);
  for (const rubbish of ['', 'unknown', '_hidden', '192.0.2', '192.0.2.1:x', '[x]', '<script>']) {
    expect(addressIn(rubbish), rubbish).toBeUndefined();
  }
});

describe('what a client has asked for', () => {
  const request = (headers: IncomingMessage['headers'], socket: object = {}): IncomingMessage =>
    ({
      headers: { host: 'inner:8080', ...headers },
      socket: { remoteAddress: '127.0.0.1', ...socket },
    }) as unknown as IncomingMessage;
  const loopback = trustOf({ TRUST_PROXY: 'loopback' });
  const forged = { 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' };

  it('is what the request says where no proxy is trusted, or not this one', () => {
    expect(askedFor(request(forged), undefined)).toEqual({ host: 'inner:8080', protocol: undefined });
    const elsewhere = request(forged, { remoteAddress: '192.0.2.1' });
    expect(askedFor(elsewhere, loopback)).toEqual({ host: 'inner:8080', protocol: undefined });
    const encrypted = request({ 'x-forwarded-proto': 'http' }, { encrypted: true });
    expect(askedFor(encrypted, undefined)).toEqual({ host: 'inner:8080', protocol: 'https' });
  });

  it('is what a trusted proxy says, the last of several values', () => {
    expect(askedFor(request(forged), loopback)).toEqual({ host: 'shop.example', protocol: 'https' });
    const several = request({
      'x-forwarded-host': 'evil.example, shop.example',
      'x-forwarded-proto': 'https,HTTP',
    });
    expect(askedFor(several, loopback)).toEqual({ host: 'shop.example', protocol: 'http' });
    const encrypted = request({ 'x-forwarded-proto': 'http' }, { encrypted: true });
    expect(askedFor(encrypted, loopback).protocol).toBe('http');
  });

  it('is what the request says where the proxy says nothing, or rubbish of the protocol', () => {
    const rubbish = request({ 'x-forwarded-proto': 'gopher' });
    expect(askedFor(rubbish, loopback)).toEqual({ host: 'inner:8080', protocol: undefined });
    expect(askedFor(request({}), loopback)).toEqual({ host: 'inner:8080', protocol: undefined });
  });
});

import { describe, expect, it } from 'vitest';
import { OwnHosts } from './own-hosts.js';

const hosts = new OwnHosts(['shop.example', '*.wild.example', '.dot.example'], ['Box', 'box.lan']);

describe('the hosts of this server', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:8080',
    '10.1.2.3:1',
    '[::1]',
    '[::1]:8080',
    '[fe80::1]:80',
    '[::ffff:127.0.0.1]',
    'localhost',
    'LOCALHOST:8080',
    'localhost.',
    'a.localhost:1',
    'box',
    'BOX.lan:8080',
    'shop.example',
    'Shop.Example.:443',
    'a.wild.example',
    'a.b.wild.example',
    'dot.example',
    'a.dot.example:8080',
    'localhost:',
  ])('include %s', (host) => {
    expect(hosts.include(host)).toBe(true);
    expect(hosts.include(host)).toBe(true);
  });

  it.each([
    '',
    'evil.example',
    'localhost.evil.example',
    'notlocalhost',
    'xshop.example',
    'a.shop.example',
    'xwild.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'evil.example@127.0.0.1',
    '127.0.0.1:8080:80',
    '127.0.0.1:x',
    '[::1',
    '[evil.example]',
    '::1',
    '127.1',
    '0x7f.0.0.1',
    'localhost/evil',
    'localhost evil.example',
    'localhost, evil.example',
    'localhost..',
    `${'a.'.repeat(300)}localhost`,
  ])('do not include %j', (host) => {
    expect(hosts.include(host)).toBe(false);
  });

  it('are any names where that is allowed', () => {
    expect(new OwnHosts(['*'], []).include('any.example:80')).toBe(true);
    expect(new OwnHosts(['*'], []).include('a@b')).toBe(false);
  });
});

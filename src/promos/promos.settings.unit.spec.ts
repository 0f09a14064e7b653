import { describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../test/support/setting-faults.js';
import { Environment } from '../platform/config/environment.js';
import { loadSettings } from '../platform/config/load-environment.js';
import { settingsWithoutEffect } from '../platform/config/settings-without-effect.js';
import { PROMOS_SETTINGS, PromosSettings } from './promos.settings.js';

type SettingName = keyof PromosSettings;

const load = (variables: Record<string, string>, contexts = 'promos'): PromosSettings =>
  loadSettings([PROMOS_SETTINGS], { CONTEXTS: contexts, ...variables }).of(PromosSettings);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

const told = (variables: Record<string, string>): string[] =>
  settingsWithoutEffect(variables, undefined, [PROMOS_SETTINGS]);

const RANGES: [SettingName, string, number, number][] = [
  ['PROMOS_REQUEST_TIMEOUT_MS', 'REQUEST_TIMEOUT_MS', 10, 60_000],
  ['PROMOS_CACHE_TTL_SECONDS', 'CACHE_TTL_SECONDS', 0, 31_536_000],
];

describe('the settings of promos', () => {
  it('have their defaults where the environment says nothing', () => {
    expect(load({})).toEqual(new PromosSettings());
    expect(load({ REQUEST_TIMEOUT_MS: '', CACHE_TTL_SECONDS: '' })).toEqual(new PromosSettings());
  });

  it.each(RANGES)('%s, also as %s, may be %i and %i', (name, alias, min, max) => {
    for (const variable of [name, alias]) {
      for (const value of [min, max]) expect(load({ [variable]: `${value}` })[name]).toBe(value);
      for (const text of [`${min - 1}`, `${max + 1}`, '30.5', '3s', '1e3']) {
        expect(faultsOf({ [variable]: text })).toEqual([
          `${variable} is ${JSON.stringify(text)}: expected a whole number from ${min} to ${max}`,
        ]);
      }
    }
  });

  it.each(RANGES)('%s counts before %s', (name, alias) =>
    expect(load({ [name]: '200', [alias]: '100' })[name]).toBe(200),
  );

  it('go by other names only where the deployment is for them: another program may mean something else', () => {
    const variables = { REQUEST_TIMEOUT_MS: '3s', CACHE_TTL_SECONDS: '100' };
    expect(load(variables, 'orders')).toEqual(new PromosSettings());
    expect(faultsOf(variables)).toEqual([
      'REQUEST_TIMEOUT_MS is "3s": expected a whole number from 10 to 60000',
    ]);
  });

  it('leave to all other caches what CACHE_TTL_SECONDS says', () => {
    const variables = { CACHE_TTL_SECONDS: '100', PROMOS_CACHE_TTL_SECONDS: '200' };
    expect(loadSettings([PROMOS_SETTINGS], variables).of(Environment).CACHE_TTL_SECONDS).toBe(100);
    expect(told(variables)).toEqual([]);
  });

  it('tell of a REQUEST_TIMEOUT_MS that does not count, and take none for misspelt', () => {
    expect(told({ REQUEST_TIMEOUT_MS: '100', PROMOS_REQUEST_TIMEOUT_MS: '200' })).toEqual([
      'REQUEST_TIMEOUT_MS is set, and has no effect: PROMOS_REQUEST_TIMEOUT_MS is set too, and says something else',
    ]);
    expect(told({ REQUEST_TIMEOUT_MS: '200', PROMOS_REQUEST_TIMEOUT_MS: '200' })).toEqual([]);
    expect(told({ REQUEST_TIMEOUT_MS: '100', CACHE_TTL_SECONDS: '100' })).toEqual([]);
  });
});

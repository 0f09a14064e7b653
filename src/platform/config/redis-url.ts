import { takeUrlApart } from './connection-url.js';
import type { SettingForm } from './setting-group.js';
import { isHostAndPort } from './setting-kinds.js';

/** A Redis that has neither TLS nor a password, by its place alone. */
export const REDIS_ADDRESS: SettingForm = {
  name: 'host:port',
  expected: 'host:port, such as redis-1:6379',
  read(text) {
    const url = `redis://${text}`;
    return isHostAndPort(text) && URL.canParse(url) ? url : undefined;
  },
};

/**
 * What is wrong with a URL of Redis that is one by its protocol and host. node-redis itself passes over parameters, and
 * throws on the rest once the program runs.
 *
 * @returns faults, each fit to follow the setting's name
 */
export function redisUrlFaults(text: string): string[] {
  const parts = takeUrlApart(new URL(text), []);
  if ('faults' in parts) return parts.faults;
  const faults: string[] = [];
  if (!/^\d*$/.test(parts.path)) {
    faults.push('has something else than a number after the slash: expected the number of a database');
  }
  if (parts.user !== '' && parts.password === '') {
    faults.push('has a user without a password: expected :password@ or user:password@');
  }
  return faults;
}

import { takeUrlApart } from './connection-url.js';

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

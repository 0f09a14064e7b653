import { withoutBrackets } from '../host-and-port.js';
import { takeUrlApart } from './connection-url.js';
import type { SettingForm } from './setting-form.js';
import { isHostAndPort } from './setting-kinds.js';

/** Redis' own. */
const DEFAULT_PORT = 6379;

/** A Redis that has neither TLS nor a password, by its place alone. */
export const REDIS_ADDRESS: SettingForm = {
  name: 'host:port',
  expected: 'host:port, such as redis-1:6379',
  read(text) {
    const url = `redis://${text}`;
    return isHostAndPort(text) && URL.canParse(url) ? url : undefined;
  },
};

/** What a URL of Redis says; an empty text is what it leaves out. */
export interface RedisUrl {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly usesTls: boolean;
  readonly user: string;
  readonly password: string;
  readonly database: number;
}

/**
 * node-redis itself passes over parameters, and throws on the rest once the program runs.
 *
 * @param text a URL with the protocol and the host of Redis
 * @returns what it says, or its faults, each fit to follow the setting's name; they show no value
 */
export function readRedisUrl(text: string): RedisUrl | { faults: string[] } {
  const url = new URL(text);
  const parts = takeUrlApart(url, []);
  if ('faults' in parts) return parts;
  const { user, password, path } = parts;
  if (!/^\d*$/.test(path)) {
    return {
      faults: ['has something else than a number after the slash: expected the number of a database'],
    };
  }
  return {
    host: withoutBrackets(url.hostname),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    usesTls: url.protocol === 'rediss:',
    user,
    password,
    database: Number(path),
  };
}

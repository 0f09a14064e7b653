import type { Environment } from './environment.js';
import { namedFile } from './named-file.js';
import { type PemFiles, pemFaults } from './pem-files.js';
import { readRedisUrl, type RedisUrl } from './redis-url.js';
import { currentValue, writtenName } from './setting-sources.js';

/** All that says how Redis is reached. */
export type RedisSettings = Pick<
  Environment,
  'REDIS_URL' | 'REDIS_USERNAME' | 'REDIS_PASSWORD' | 'REDIS_SSL_CA' | 'REDIS_SSL_CERT' | 'REDIS_SSL_KEY'
>;

/** How Redis is reached. */
export interface RedisAccess extends Pick<RedisUrl, 'host' | 'port' | 'usesTls' | 'database'> {
  /** undefined: Redis' default user. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** None without TLS. */
  readonly files: PemFiles;
  /** The settings that the user and the password are in, as the operator has written them; none where there is no password. */
  readonly account: readonly string[];
}

/**
 * Puts together what REDIS_URL and the settings beside it say now. What stands in files of secrets is read anew; the PEM files are
 * named, and not read.
 *
 * @param settings with a REDIS_URL
 * @returns what is wrong with it: one line each, which shows no value
 * @throws SecretFileError
 */
export function redisAccess(settings: RedisSettings): RedisAccess | { faults: string[] } {
  const name = (setting: keyof RedisSettings): string => writtenName(settings, setting);
  const url = readRedisUrl(currentValue(settings, 'REDIS_URL')!);
  if ('faults' in url) return { faults: url.faults.map((fault) => `${name('REDIS_URL')} ${fault}`) };
  const beside = {
    user: currentValue(settings, 'REDIS_USERNAME') ?? '',
    password: currentValue(settings, 'REDIS_PASSWORD'),
  };
  const files = {
    ca: namedFile(settings, 'REDIS_SSL_CA'),
    cert: namedFile(settings, 'REDIS_SSL_CERT'),
    key: namedFile(settings, 'REDIS_SSL_KEY'),
  };
  const user = url.user || beside.user;
  const password = url.password || beside.password;
  const userIn = name(url.user === '' ? 'REDIS_USERNAME' : 'REDIS_URL');
  const passwordIn = name(url.password === '' ? 'REDIS_PASSWORD' : 'REDIS_URL');
  const faults: string[] = [];
  if (beside.user !== '' && user !== beside.user) {
    faults.push(`${userIn} and ${name('REDIS_USERNAME')} name different users: expected one of them`);
  }
  if (beside.password !== '' && password !== beside.password) {
    faults.push(
      `${passwordIn} and ${name('REDIS_PASSWORD')} hold different passwords (hidden): expected one of them`,
    );
  }
  if (user !== '' && password === '') {
    faults.push(`${userIn} has a user without a password: expected one there, or ${name('REDIS_PASSWORD')}`);
  }
  faults.push(...faultsOfFiles(files, url, name('REDIS_URL')));
  if (faults.length > 0) return { faults };
  const { host, port, usesTls, database } = url;
  return {
    ...{ host, port, usesTls, database, files },
    user: user || undefined,
    password: password || undefined,
    account: password === '' ? [] : [...new Set(user === '' ? [passwordIn] : [userIn, passwordIn])],
  };
}

/** What is wrong with how Redis is reached, for the start of the program; nothing where there is none. */
export function redisFaults(settings: RedisSettings): string[] {
  if (settings.REDIS_URL === undefined) return [];
  const access = redisAccess(settings);
  return 'faults' in access ? access.faults : pemFaults(access.files);
}

function faultsOfFiles({ ca, cert, key }: PemFiles, { usesTls }: RedisUrl, urlName: string): string[] {
  const named = [ca, cert, key].flatMap((file) => file?.setting ?? []);
  if (named.length > 0 && !usesTls) {
    const areSet = `${named.join(' and ')} ${named.length === 1 ? 'is' : 'are'} set`;
    return [`${areSet}, and ${urlName} is without TLS: expected a URL that begins with rediss://`];
  }
  return (cert === undefined) === (key === undefined)
    ? []
    : [`${(cert ?? key)!.setting} is set alone: expected a certificate and its key, or neither`];
}

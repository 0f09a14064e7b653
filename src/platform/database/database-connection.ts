import { type DatabaseTls, databaseTls, nameOfPart } from '../config/database-tls.js';
import { type DatabaseUrl, readDatabaseUrl, type SslMode } from '../config/database-url.js';
import type { Environment } from '../config/environment.js';
import { type PemContents, readPemFiles } from '../config/pem-files.js';
import { currentValue, SecretFileError, writtenName } from '../config/setting-sources.js';
import { joinHostAndPort } from '../host-and-port.js';
import {
  type ConnectionSettings,
  type ConnectionSource,
  type ConnectionTarget,
  type DatabasePeer,
  type TlsOptions,
} from './connection-settings.js';

type Place = Omit<ConnectionSettings, 'ssl' | 'password'>;

/** What the settings say, without what stands in files beside the URL's. */
interface Said {
  readonly url: DatabaseUrl | undefined;
  readonly settings: Place;
  readonly tls: DatabaseTls;
  readonly peer: DatabasePeer;
}

/** The PostgreSQL that the settings name, or undefined when they name none and one is to be embedded. */
export function configuredSource(environment: Environment): ConnectionSource | undefined {
  if (!isExternal(environment)) return undefined;
  return {
    target(): ConnectionTarget {
      const { url, settings, tls, peer } = saidOf(environment, currentValue(environment, 'DATABASE_URL'));
      const password = url?.password || currentValue(environment, 'DB_PASSWORD');
      return { ...settings, password, ways: waysOf(tls.mode, readPemFiles(tls.files)), peer };
    },
  };
}

/**
 * The same for tools that use pg by itself, as it is now: in the clear where the mode leaves a choice.
 *
 * @throws SecretFileError, PemFileError
 */
export function configuredConnection(environment: Environment): ConnectionSettings | undefined {
  const target = configuredSource(environment)?.target();
  if (target === undefined) return undefined;
  const { host, port, user, password, database, ways } = target;
  return { host, port, user, password, database, ssl: ways.includes(undefined) ? undefined : ways[0] };
}

/** Where it is, and as whom, for people, as it was when the program started; undefined as above. */
export function configuredPlace(environment: Environment): Place | undefined {
  return isExternal(environment) ? saidOf(environment, environment.DATABASE_URL).settings : undefined;
}

const isExternal = ({ DATABASE_URL, DB_HOST }: Environment): boolean =>
  DATABASE_URL !== undefined || DB_HOST !== undefined;

/** @throws SecretFileError where a file holds something else than when the program started */
function saidOf(environment: Environment, urlText: string | undefined): Said {
  const url = urlText === undefined ? undefined : urlOf(environment, urlText);
  const tls = databaseTls(environment, url);
  if ('faults' in tls) throw new SecretFileError(tls.faults.join('; '));
  const settings = {
    host: url?.host ?? environment.DB_HOST!,
    port: url?.port ?? environment.DB_PORT,
    user: url?.user || currentValue(environment, 'DB_USER'),
    database: url?.database || environment.DB_NAME,
  };
  return { url, settings, tls, peer: peerOf(environment, url, settings) };
}

function urlOf(environment: Environment, text: string): DatabaseUrl {
  const url = readDatabaseUrl(text);
  if (!('faults' in url)) return url;
  throw new SecretFileError(`${writtenName(environment, 'DATABASE_URL')} ${url.faults.join('; ')}`);
}

function peerOf(
  environment: Environment,
  url: DatabaseUrl | undefined,
  settings: Pick<ConnectionSettings, 'host' | 'port'>,
): DatabasePeer {
  const inUrl = writtenName(environment, 'DATABASE_URL');
  return {
    name: `PostgreSQL at ${joinHostAndPort(settings)}`,
    address: url === undefined ? writtenName(environment, 'DB_HOST') : inUrl,
    encryption: nameOfPart(environment, url, 'sslmode'),
    ca: nameOfPart(environment, url, 'sslrootcert'),
    certificate: nameOfPart(environment, url, 'sslcert'),
    user: url?.user ? inUrl : writtenName(environment, 'DB_USER'),
    password: url?.password ? inUrl : writtenName(environment, 'DB_PASSWORD'),
    database: url?.database ? inUrl : writtenName(environment, 'DB_NAME'),
  };
}

/** As libpq has it. Source: PostgreSQL 18 documentation, 32.19.3, "Protection Provided in Different Modes". */
export function waysOf(mode: SslMode, pem: PemContents): readonly (TlsOptions | undefined)[] {
  const tls = tlsOptions(mode, pem);
  switch (mode) {
    case 'disable':
      return [undefined];
    case 'allow':
      return [undefined, tls];
    case 'prefer':
      return [tls, undefined];
    default:
      return [tls];
  }
}

function tlsOptions(mode: SslMode, pem: PemContents): TlsOptions {
  if (mode === 'verify-full') return { rejectUnauthorized: true, ...pem };
  // With a root certificate every mode below looks at it as verify-ca does.
  if (mode === 'verify-ca' || pem.ca !== undefined) {
    return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...pem };
  }
  return { rejectUnauthorized: false, ...pem };
}

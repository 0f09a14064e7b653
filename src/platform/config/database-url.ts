import { takeUrlApart } from './connection-url.js';

/** What DATABASE_URL says; an empty text or undefined is what it leaves out. */
export interface DatabaseUrl {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly sslmode: SslMode | undefined;
  /** Paths of files, which are not looked at here. */
  readonly sslrootcert: string | undefined;
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
}

const PARAMETERS = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey'] as const;

/** libpq's, and `no-verify`, which other drivers have for what `require` does here without a root certificate. */
export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'no-verify',
  'verify-ca',
  'verify-full',
] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** As libpq reads it in a URL: JDBC's way to say `sslmode=require`. */
const MODE_OF_SSL: Readonly<Record<string, SslMode>> = {
  true: 'require',
  1: 'require',
  false: 'disable',
  0: 'disable',
};

/**
 * @param text a URL with the protocol and the host of PostgreSQL
 * @returns what it says, or its faults, each fit to follow the setting's name; they show no value but the TLS modes'
 */
export function readDatabaseUrl(text: string): DatabaseUrl | { faults: string[] } {
  const url = new URL(text);
  const parts = takeUrlApart(url, PARAMETERS);
  if ('faults' in parts) return parts;
  const { parameters } = parts;
  const mode = modeOf(parameters);
  if (typeof mode === 'object') return mode;
  const empty = PARAMETERS.filter((name) => name !== 'ssl' && parameters.get(name) === '');
  if (empty.length > 0) {
    return { faults: [`has ${empty.join(' and ')} without a value: expected the path of a file`] };
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    user: parts.user,
    password: parts.password,
    database: parts.path,
    sslmode: mode,
    sslrootcert: parameters.get('sslrootcert'),
    sslcert: parameters.get('sslcert'),
    sslkey: parameters.get('sslkey'),
  };
}

function modeOf(parameters: ReadonlyMap<string, string>): SslMode | undefined | { faults: string[] } {
  const ssl = parameters.get('ssl');
  const ofSsl = ssl === undefined ? undefined : MODE_OF_SSL[ssl];
  if (ssl !== undefined && ofSsl === undefined) {
    return { faults: ['has a parameter ssl that is not honoured: expected true or false'] };
  }
  const sslmode = parameters.get('sslmode');
  if (sslmode === undefined) return ofSsl;
  const mode = SSL_MODES.find((one) => one === sslmode);
  if (mode === undefined) {
    return {
      faults: [`has a parameter sslmode that is not honoured: expected one of ${SSL_MODES.join(', ')}`],
    };
  }
  const isEncrypted = !['disable', 'allow', 'prefer'].includes(mode);
  if (ofSsl !== undefined && (ofSsl !== 'disable') !== isEncrypted) {
    return { faults: ['has the parameters ssl and sslmode, and they differ: expected one of them'] };
  }
  return mode;
}

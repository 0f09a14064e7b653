import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { takeUrlApart, type UrlParts } from './connection-url.js';

/** How a connection to PostgreSQL is encrypted, and who may answer it. */
export type DatabaseTls = Pick<
  ConnectionOptions,
  'rejectUnauthorized' | 'ca' | 'cert' | 'key' | 'checkServerIdentity'
>;

/** What DATABASE_URL says; an empty text or undefined is what it leaves out. */
export interface DatabaseUrl {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** undefined: in the clear. */
  readonly tls: DatabaseTls | undefined;
  /** Whether it says anything of TLS. */
  readonly saysTls: boolean;
}

const PARAMETERS = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey'] as const;

/** libpq's, and `no-verify`, which other drivers have for what `require` does here. */
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

/** libpq's word for the certificates that the system trusts; here those of Node, with NODE_EXTRA_CA_CERTS. */
const SYSTEM_CERTIFICATES = 'system';

/**
 * @param text a URL with the protocol and the host of PostgreSQL
 * @returns what it says, or its faults, each fit to follow the setting's name; they show no value but the TLS modes'
 */
export function readDatabaseUrl(text: string): DatabaseUrl | { faults: string[] } {
  const url = new URL(text);
  const parts = takeUrlApart(url, PARAMETERS);
  if ('faults' in parts) return parts;
  const tls = tlsOf(parts);
  if (Array.isArray(tls)) return { faults: tls };
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    user: parts.user,
    password: parts.password,
    database: parts.path,
    tls,
    saysTls: parts.parameters.has('sslmode') || parts.parameters.has('ssl'),
  };
}

/** A text of faults, or how to encrypt. */
function tlsOf({ parameters }: UrlParts): DatabaseTls | undefined | string[] {
  const mode = modeOf(parameters);
  if (typeof mode === 'object') return mode.faults;
  const files = PARAMETERS.slice(2).filter((name) => parameters.has(name));
  if (mode === 'disable') {
    return files.length === 0
      ? undefined
      : [`has ${files.join(' and ')} without TLS: expected sslmode=require, verify-ca or verify-full too`];
  }
  if (parameters.has('sslcert') !== parameters.has('sslkey')) {
    return ['has one of sslcert and sslkey: expected both or none'];
  }
  const root = parameters.get('sslrootcert');
  if (root === SYSTEM_CERTIFICATES && mode !== 'verify-full') {
    return ['has sslrootcert=system: expected sslmode=verify-full with it'];
  }
  if (root !== undefined && mode === 'no-verify') {
    return ['has sslrootcert and sslmode=no-verify: expected one of them'];
  }
  const contents: Partial<Record<string, Buffer>> = {};
  for (const name of files) {
    const path = parameters.get(name)!;
    if (path === SYSTEM_CERTIFICATES && name === 'sslrootcert') continue;
    try {
      contents[name] = readFileSync(path);
    } catch (error) {
      return [`has ${name}, whose file cannot be read (${(error as NodeJS.ErrnoException).code})`];
    }
  }
  const { sslrootcert: ca, sslcert: cert, sslkey: key } = contents;
  const given = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  // As libpq does: with a root certificate, `require` is `verify-ca`.
  if (mode === 'verify-full') return { rejectUnauthorized: true, ...given };
  if (mode === 'verify-ca' || ca !== undefined) {
    return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...given };
  }
  return { rejectUnauthorized: false, ...given };
}

function modeOf(parameters: ReadonlyMap<string, string>): SslMode | { faults: string[] } {
  const ssl = parameters.get('ssl');
  const ofSsl = ssl === undefined ? undefined : MODE_OF_SSL[ssl];
  if (ssl !== undefined && ofSsl === undefined) {
    return { faults: ['has a parameter ssl that is not honoured: expected true or false'] };
  }
  const sslmode = parameters.get('sslmode');
  if (sslmode === undefined) return ofSsl ?? 'disable';
  const mode = SSL_MODES.find((one) => one === sslmode);
  if (mode === undefined) {
    return {
      faults: [`has a parameter sslmode that is not honoured: expected one of ${SSL_MODES.join(', ')}`],
    };
  }
  if (ofSsl !== undefined && (ofSsl === 'disable') !== (mode === 'disable')) {
    return { faults: ['has the parameters ssl and sslmode, and they differ: expected one of them'] };
  }
  return mode;
}

import type { ConnectionOptions } from 'node:tls';
import type { Peer } from '../connections/network-faults.js';
import { joinHostAndPort } from '../host-and-port.js';

/** How a connection to PostgreSQL is encrypted, and who may answer it. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'rejectUnauthorized' | 'ca' | 'cert' | 'key' | 'checkServerIdentity'
>;

/** Where a PostgreSQL server is reached and as whom. */
export interface ConnectionSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** TLS to the server; without it the connection is in the clear. */
  ssl?: TlsOptions | undefined;
}

/** PostgreSQL, and what the settings about it are called. */
export interface DatabasePeer extends Peer {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What one connection is made with. */
export interface ConnectionTarget extends Omit<ConnectionSettings, 'ssl'> {
  /** Ways to make it, the one to be tried first in front: with TLS, or in the clear (undefined). */
  readonly ways: readonly (TlsOptions | undefined)[];
  readonly peer: DatabasePeer;
}

/** Tells anew for each connection what it is made with, so that accounts and certificates can be changed while it runs. */
export interface ConnectionSource {
  /** @throws SecretFileError, PemFileError */
  target(): ConnectionTarget;
}

/** Where PostgreSQL is: as it is for good, or as it is told for each connection. */
export type DatabaseConnection = ConnectionSettings | ConnectionSource;

export function sourceOf(connection: DatabaseConnection): ConnectionSource {
  if ('target' in connection) return connection;
  const { ssl, ...settings } = connection;
  const name = `PostgreSQL at ${joinHostAndPort(settings)}`;
  return { target: () => ({ ...settings, ways: [ssl], peer: { ...NAMES, name } }) };
}

/** Of the settings, where no operator has written any of them. */
const NAMES: Omit<DatabasePeer, 'name'> = {
  address: 'DB_HOST',
  encryption: 'DB_SSL_MODE',
  ca: 'DB_SSL_ROOTCERT',
  certificate: 'DB_SSL_CERT',
  user: 'DB_USER',
  password: 'DB_PASSWORD',
  database: 'DB_NAME',
};

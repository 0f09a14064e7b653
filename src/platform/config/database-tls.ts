import type { SslMode } from './database-url.js';
import type { NamedFile, PemFiles } from './pem-files.js';

/** libpq's word for the certificates that the system trusts; here those of Node, with NODE_EXTRA_CA_CERTS. */
export const SYSTEM_CERTIFICATES = 'system';

/** libpq's own default. */
const DEFAULT_MODE: SslMode = 'prefer';

/** How connections to PostgreSQL are encrypted, as the settings say it. */
export interface DatabaseTls {
  readonly mode: SslMode;
  readonly files: PemFiles;
}

/** What is said of it in one place: in DATABASE_URL, or by the DB_SSL_ settings. */
export interface SaidOfTls {
  readonly mode?: SslMode | undefined;
  readonly ca?: NamedFile | undefined;
  readonly cert?: NamedFile | undefined;
  readonly key?: NamedFile | undefined;
}

/**
 * Puts together what a URL and the settings beside it say; each part may be said by one of them.
 *
 * @param names what the parts are called, for the faults
 * @returns what is wrong with it: one line each
 */
export function databaseTls(said: SaidOfTls): DatabaseTls | { faults: string[] } {
  const { mode = DEFAULT_MODE, ca, cert, key } = said;
  const files = [ca, cert, key].filter((file) => file !== undefined);
  if (mode === 'disable') {
    return files.length === 0
      ? { mode, files: {} }
      : {
          faults: [
            `${listOf(files)} without TLS: expected require, verify-ca or verify-full as the mode too`,
          ],
        };
  }
  if ((cert === undefined) !== (key === undefined)) {
    return {
      faults: [`${(cert ?? key)!.setting} is there alone: expected a certificate and its key, or none`],
    };
  }
  if (ca?.path === SYSTEM_CERTIFICATES) {
    if (mode !== 'verify-full') {
      return {
        faults: [`${ca.setting} is ${SYSTEM_CERTIFICATES}: expected verify-full as the mode with it`],
      };
    }
    return { mode, files: { cert, key } };
  }
  if (ca !== undefined && mode === 'no-verify') {
    return { faults: [`${ca.setting} with no-verify as the mode: expected one of them`] };
  }
  return { mode, files: { ca, cert, key } };
}

const listOf = (files: readonly NamedFile[]): string => files.map(({ setting }) => setting).join(' and ');

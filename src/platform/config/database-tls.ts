import type { DatabaseUrl, SslMode } from './database-url.js';
import type { Environment } from './environment.js';
import { namedFile } from './named-file.js';
import type { NamedFile, PemFiles } from './pem-files.js';
import { writtenName } from './setting-sources.js';

/** libpq's word for the certificates that the system trusts; here those of Node, with NODE_EXTRA_CA_CERTS. */
const SYSTEM_CERTIFICATES = 'system';

/** libpq's own default. */
const DEFAULT_MODE: SslMode = 'prefer';
/** A root certificate that is given and not looked at would be a promise that is broken. */
const DEFAULT_MODE_WITH_CA: SslMode = 'require';
/** libpq's: anybody can have a certificate of one of these for a name of his own. */
const DEFAULT_MODE_WITH_SYSTEM: SslMode = 'verify-full';

/** How connections to PostgreSQL are encrypted, as the settings say it. */
export interface DatabaseTls {
  readonly mode: SslMode;
  /** Whether a setting says the mode; it is a default otherwise. */
  readonly isSaid: boolean;
  readonly files: PemFiles;
}

type UrlOfTls = Pick<DatabaseUrl, 'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey'>;

/** Each part as a parameter of DATABASE_URL and as a setting beside it. */
const PARTS = {
  sslmode: 'DB_SSL_MODE',
  sslrootcert: 'DB_SSL_ROOTCERT',
  sslcert: 'DB_SSL_CERT',
  sslkey: 'DB_SSL_KEY',
} as const;
type PartOfTls = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as PartOfTls[];

/** What a part is called where the operator has written it, or would write it. */
export function nameOfPart(environment: Environment, url: UrlOfTls | undefined, part: PartOfTls): string {
  if (url?.[part] !== undefined) return `${part} in ${writtenName(environment, 'DATABASE_URL')}`;
  return writtenName(environment, PARTS[part]);
}

/**
 * Puts together what DATABASE_URL and the DB_SSL_ settings say; each part may be said by one of them.
 *
 * @returns what is wrong with it: one line each
 */
export function databaseTls(
  environment: Environment,
  url: UrlOfTls | undefined,
): DatabaseTls | { faults: string[] } {
  const twice = PART_NAMES.filter(
    (part) => url?.[part] !== undefined && environment[PARTS[part]] !== undefined,
  );
  if (twice.length > 0) {
    return {
      faults: twice.map((part) => {
        const names = `${nameOfPart(environment, url, part)} and ${writtenName(environment, PARTS[part])}`;
        return `${names} are both set: expected one of them`;
      }),
    };
  }
  const fileOf = (part: Exclude<PartOfTls, 'sslmode'>): NamedFile | undefined => {
    const path = url?.[part];
    if (path === undefined) return namedFile(environment, PARTS[part]);
    return { setting: nameOfPart(environment, url, part), path };
  };
  const said = url?.sslmode ?? environment.DB_SSL_MODE;
  const [ca, cert, key] = [fileOf('sslrootcert'), fileOf('sslcert'), fileOf('sslkey')];
  const mode = said ?? defaultMode(ca);
  const files = filesOf(mode, nameOfPart(environment, url, 'sslmode'), { ca, cert, key });
  return 'faults' in files ? files : { mode, isSaid: said !== undefined, files };
}

function defaultMode(ca: NamedFile | undefined): SslMode {
  if (ca === undefined) return DEFAULT_MODE;
  return ca.path === SYSTEM_CERTIFICATES ? DEFAULT_MODE_WITH_SYSTEM : DEFAULT_MODE_WITH_CA;
}

function filesOf(
  mode: SslMode,
  modeName: string,
  { ca, cert, key }: PemFiles,
): PemFiles | { faults: string[] } {
  const given = [ca, cert, key].flatMap((file) => file?.setting ?? []);
  if (mode === 'disable' && given.length > 0) {
    return {
      faults: [
        `${given.join(' and ')} without TLS: expected require, verify-ca or verify-full in ${modeName} too`,
      ],
    };
  }
  if ((cert === undefined) !== (key === undefined)) {
    return {
      faults: [`${(cert ?? key)!.setting} is there alone: expected a certificate and its key, or none`],
    };
  }
  if (ca?.path === SYSTEM_CERTIFICATES) {
    return mode === 'verify-full'
      ? { cert, key }
      : { faults: [`${ca.setting} is ${SYSTEM_CERTIFICATES}: expected verify-full in ${modeName} with it`] };
  }
  if (ca !== undefined && mode === 'no-verify') {
    return { faults: [`${ca.setting} and no-verify in ${modeName}: expected one of them`] };
  }
  return { ca, cert, key };
}

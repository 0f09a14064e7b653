import { createPrivateKey, X509Certificate } from 'node:crypto';
import { TransientError } from '../failures/classified-errors.js';
import { isPem } from './pem-text.js';
import { readRegularFile } from './regular-file.js';

/** A file, with the setting that names it. */
export interface NamedFile {
  /** As the operator has written it. */
  readonly setting: string;
  readonly path: string;
}

/** Files of a TLS client or server, each in PEM (RFC 7468). */
export interface PemFiles {
  /** Certificates of authorities that the other side's has to be of. */
  readonly ca?: NamedFile | undefined;
  /** Our own certificate, with those between it and its authority behind it. */
  readonly cert?: NamedFile | undefined;
  /** Its private key, without a passphrase. */
  readonly key?: NamedFile | undefined;
}

/** A certificate of our own with its key, where neither may be missing. */
export type PairFiles = Required<Pick<PemFiles, 'cert' | 'key'>>;

/** What the files hold, by the names that `node:tls` has for it. */
export interface PemContents {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** A file that is there to make connections with is of no use; it may be again once somebody has mended it. */
export class PemFileError extends TransientError {
  override readonly name = 'PemFileError';
}

/** Those of all CAs that a system trusts take a quarter of it. */
const MOST_BYTES = 1_048_576;

/**
 * What was found to be right, by what was expected and the path, and for a certificate the key of its pair. Files are read for
 * each connection, which takes no time, and looking at a key takes milliseconds.
 */
const judged = new Map<string, Buffer>();
const keyOfPair = new WeakMap<Buffer, Buffer>();

/**
 * Reads the files as they are now, so that they can be changed while the program runs.
 *
 * @throws PemFileError which names the setting and the file
 */
export function readPemFiles({ ca, cert, key }: PemFiles): PemContents {
  const contents = {
    ...(ca && { ca: readOne(ca, 'a certificate in PEM', requireCertificates) }),
    ...(cert && { cert: readOne(cert, 'a certificate in PEM', requireCertificates) }),
    ...(key && { key: readOne(key, 'a private key in PEM, without a passphrase', createPrivateKey) }),
  };
  if (cert !== undefined && key !== undefined && keyOfPair.get(contents.cert!) !== contents.key) {
    const isOurs = new X509Certificate(contents.cert!).checkPrivateKey(createPrivateKey(contents.key!));
    if (!isOurs) {
      throw new PemFileError(
        `${key.setting} names ${key.path}, which is not the key of the certificate that ${cert.setting} names: expected the two of one pair`,
      );
    }
    keyOfPair.set(contents.cert!, contents.key!);
  }
  return contents;
}

/** What is wrong with the files, for the start of the program. */
export function pemFaults(files: PemFiles): string[] {
  try {
    readPemFiles(files);
    return [];
  } catch (error) {
    return [(error as PemFileError).message];
  }
}

function readOne({ setting, path }: NamedFile, expected: string, judge: (bytes: Buffer) => unknown): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readRegularFile(path, MOST_BYTES);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const named = isPem(path) ? 'no file (hidden)' : path;
    throw new PemFileError(`${setting} names ${named}, which cannot be read (${code}): expected ${expected}`);
  }
  if (bytes === undefined) {
    throw new PemFileError(`${setting} names ${path}, which is too long: expected ${expected}`);
  }
  const before = judged.get(`${expected} ${path}`);
  if (before?.equals(bytes)) return before;
  try {
    judge(bytes);
  } catch {
    throw new PemFileError(`${setting} names ${path}, which ${whatIsThere(bytes)}: expected ${expected}`);
  }
  judged.set(`${expected} ${path}`, bytes);
  return bytes;
}

function whatIsThere(bytes: Buffer): string {
  if (bytes.length === 0) return 'is empty';
  return bytes.includes('ENCRYPTED') ? 'has a passphrase' : 'is something else';
}

/** Others of OpenSSL's labels are read, too. */
const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;
const BEGINNING = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** All of the file, whatever else is in it: TLS passes over what is not PEM, and over one of a CA that is cut off, without a word. */
function requireCertificates(bytes: Buffer): void {
  const text = bytes.toString('latin1');
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || certificates.length !== text.match(BEGINNING)?.length) {
    throw new Error('no certificate, or one that is cut off');
  }
  for (const one of certificates) new X509Certificate(one);
}

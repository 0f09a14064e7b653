import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Paths of a certificate and of its key, both in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** What it is for, each `DNS:` or `IP:`; by default localhost and both loopback addresses. */
  readonly names?: readonly string[];
  /** 2 by default; it has expired with a negative one. */
  readonly days?: number;
}

const LOOPBACK = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'];

/** A certificate authority of a test's own, in a directory of its own, and what it signs. It needs `openssl`. */
export class CertificateAuthority {
  private constructor(
    readonly directory: string,
    private readonly own: KeyPair,
  ) {}

  static async create(name = 'Waybill tests'): Promise<CertificateAuthority> {
    const directory = mkdtempSync(join(tmpdir(), 'waybill-ca-'));
    const own = { cert: join(directory, 'ca.crt'), key: join(directory, 'ca.key') };
    await run('openssl', [
      ...['req', '-x509', ...EC_KEY, '-days', '2', '-subj', `/CN=${name}`],
      ...['-keyout', own.key, '-out', own.cert],
    ]);
    return new CertificateAuthority(directory, own);
  }

  /** Its own certificate, for those who are to trust it. */
  get cert(): string {
    return this.own.cert;
  }

  /** @param name what its files and its subject are called, such as `server` */
  async sign(name: string, { names = LOOPBACK, days = 2 }: CertificateOptions = {}): Promise<KeyPair> {
    const pair = { cert: join(this.directory, `${name}.crt`), key: join(this.directory, `${name}.key`) };
    const request = join(this.directory, `${name}.csr`);
    const extensions = join(this.directory, `${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    await run('openssl', ['req', ...EC_KEY, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', request]);
    // Not from a file of serial numbers, which several that are signed at once would each write.
    const serial = `0x${randomBytes(8).toString('hex')}`;
    await run('openssl', [
      ...['x509', '-req', '-in', request, '-CA', this.own.cert, '-CAkey', this.own.key],
      ...['-set_serial', serial],
      ...['-days', String(days), '-extfile', extensions, '-out', pair.cert],
    ]);
    return pair;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of this machine, as the services of a run are addressed. */
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

/** Paths of a certificate and of its key, both in PEM. */
export interface OwnCertificate {
  /** It has signed itself, so it is that of its CA as well. */
  readonly cert: string;
  readonly key: string;
}

export function canMakeCertificates(): boolean {
  return spawnSync('openssl', ['version']).error === undefined;
}

/** Makes the certificate that all services of a run show, in a directory that is there. */
export async function makeCertificate(directory: string): Promise<OwnCertificate> {
  const made = { cert: join(directory, 'server.crt'), key: join(directory, 'server.key') };
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-subj', '/CN=waybill-bench', '-addext', NAMES],
    ...['-keyout', made.key, '-out', made.cert],
  ]);
  return made;
}

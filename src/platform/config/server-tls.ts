import type { Environment } from './environment.js';
import { namedFile } from './named-file.js';
import type { PairFiles } from './pem-files.js';

/** The files that the page and the API are served by HTTPS with; undefined where they are served by plain HTTP. */
export function serverTlsFiles(environment: Environment): PairFiles | undefined {
  const cert = namedFile(environment, 'SERVER_TLS_CERT');
  const key = namedFile(environment, 'SERVER_TLS_KEY');
  return cert && key && { cert, key };
}

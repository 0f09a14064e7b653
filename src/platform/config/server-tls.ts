import type { Environment } from './environment.js';
import type { PemFiles } from './pem-files.js';
import { writtenName } from './setting-sources.js';

/** The files that the page and the API are served by HTTPS with; undefined where they are served by plain HTTP. */
export function serverTlsFiles(
  environment: Environment,
): Required<Pick<PemFiles, 'cert' | 'key'>> | undefined {
  const { SERVER_TLS_CERT, SERVER_TLS_KEY } = environment;
  if (SERVER_TLS_CERT === undefined || SERVER_TLS_KEY === undefined) return undefined;
  return {
    cert: { setting: writtenName(environment, 'SERVER_TLS_CERT'), path: SERVER_TLS_CERT },
    key: { setting: writtenName(environment, 'SERVER_TLS_KEY'), path: SERVER_TLS_KEY },
  };
}

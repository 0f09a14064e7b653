/**
 * Opens redis-cli on the Redis that the program uses: the one that the settings name, or that of `docker compose up`. What stands
 * behind it goes to redis-cli.
 */
import { isIP } from 'node:net';
import type { Environment } from '../src/platform/config/environment.js';
import type { PemFiles } from '../src/platform/config/pem-files.js';
import { type RedisAccess, redisAccess } from '../src/platform/config/redis-access.js';
import { inComposeService, isComposeServiceUp } from './shell/compose.js';
import { giveUp, runShell } from './shell/run-shell.js';
import { settingsOfProgram } from './shell/settings.js';

const HINT = 'apt-get install redis-tools, or brew install redis';
const SERVICE = 'redis';

const parameters = process.argv.slice(2);
const settings = await settingsOfProgram();
if (settings.REDIS_URL !== undefined) {
  const { host, port, database, user, password, usesTls, files } = accessOf(settings);
  const place = ['-h', host, '-p', String(port), '-n', String(database)];
  const account = user === undefined ? [] : ['--user', user];
  const tls = usesTls ? tlsArguments(host, files) : [];
  runShell(['redis-cli', ...place, ...account, ...tls, ...parameters], { REDISCLI_AUTH: password }, HINT);
} else if (await isComposeServiceUp(SERVICE)) {
  runShell(inComposeService(SERVICE, ['redis-cli', ...parameters]), {}, HINT);
} else {
  giveUp(
    `no Redis is there: REDIS_URL is not set, and docker compose runs no ${SERVICE}. The program does without one; ` +
      'redis-server starts one, and REDIS_URL=redis://127.0.0.1:6379 names it.',
  );
}

/** How Redis is reached as it is now. */
function accessOf(environment: Environment): RedisAccess {
  try {
    const access = redisAccess(environment);
    return 'faults' in access ? giveUp(access.faults.join('; ')) : access;
  } catch (error) {
    // A file of a secret has changed since the settings were read.
    return giveUp((error as Error).message);
  }
}

/** redis-cli checks the CA and not the name, which it tells the server where it is one. */
function tlsArguments(host: string, { ca, cert, key }: PemFiles): string[] {
  const files = { '--cacert': ca, '--cert': cert, '--key': key };
  const named = Object.entries(files).flatMap(([option, file]) =>
    file === undefined ? [] : [option, file.path],
  );
  return ['--tls', ...(isIP(host) === 0 ? ['--sni', host] : []), ...named];
}

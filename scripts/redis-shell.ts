/**
 * Opens redis-cli on the Redis that the program uses: the one that the settings name, or that of `docker compose up`. What stands
 * behind it goes to redis-cli.
 */
import { inComposeService, isComposeServiceUp } from './shell/compose.js';
import { giveUp, runShell } from './shell/run-shell.js';
import { settingsOfProgram } from './shell/settings.js';

const HINT = 'apt-get install redis-tools, or brew install redis';
const SERVICE = 'redis';
const DEFAULT_PORT = '6379';

const parameters = process.argv.slice(2);
const { REDIS_URL } = await settingsOfProgram();
if (REDIS_URL !== undefined) {
  const { protocol, hostname, port, username, password, pathname } = new URL(REDIS_URL);
  const host = hostname.replace(/^\[|\]$/g, '');
  const place = ['-h', host, '-p', port || DEFAULT_PORT, '-n', pathname.slice(1) || '0'];
  const user = username === '' ? [] : ['--user', decodeURIComponent(username)];
  const tls = protocol === 'rediss:' ? ['--tls'] : [];
  const secret: Record<string, string> =
    password === '' ? {} : { REDISCLI_AUTH: decodeURIComponent(password) };
  runShell(['redis-cli', ...place, ...user, ...tls, ...parameters], secret, HINT);
} else if (await isComposeServiceUp(SERVICE)) {
  runShell(inComposeService(SERVICE, ['redis-cli', ...parameters]), {}, HINT);
} else {
  giveUp(
    `no Redis is there: REDIS_URL is not set, and docker compose runs no ${SERVICE}. The program does without one; ` +
      'redis-server starts one, and REDIS_URL=redis://127.0.0.1:6379 names it.',
  );
}

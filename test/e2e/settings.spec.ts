import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { runWaybill, temporaryDataDir } from '../support/waybill-process.js';

/** sysexits.h */
const EX_CONFIG = 78;

describe('a start with a wrong setting', () => {
  it.each([
    ['SERVER_PORT', 'http', '0 to 65535'],
    ['SERVER_PORT', '65536', '0 to 65535'],
    ['ROLES', 'api,cook', 'api, consumer, relay'],
    ['ROLES', 'api,api', 'each at most once'],
    ['ROLES', 'api,relay', 'relay and consumer together'],
    ['KAFKA_BROKERS', 'broker', 'host:port'],
    ['KAFKA_BROKERS', 'broker:9092,', 'host:port'],
    ['STATIC_DIR', '/no/such/folder', 'directory that exists'],
    ['LOG_LEVEL', 'loud', 'trace, debug'],
    ['ORDER_TOTALS', 'lenient', 'warn, strict'],
    ['CACHE_MAX_BYTES', '256MB', 'whole number'],
    ['REDIS_ADDR', 'redis', 'host:port'],
    ['PG_MAX_CONNS', '2', '4 to 1000'],
    ['PROMOS_REQUEST_TIMEOUT_MS', '3s', '10 to 60000'],
  ])(
    '%s=%s ends at once with a line that says what it holds and what it may hold',
    async (name, value, expected) => {
      const { code, stdout, stderr } = await runWaybill({ env: { [name]: value } });
      expect(code).toBe(EX_CONFIG);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(name);
      expect(stderr).toContain(JSON.stringify(value));
      expect(stderr).toContain(expected);
    },
  );

  it('names several faults at once, a line each', async () => {
    const { code, stderr } = await runWaybill({
      env: { SERVER_PORT: '-1', ROLES: 'none', KAFKA_BROKERS: 'x', CACHE_TTL_SECONDS: 'long' },
    });
    expect(code).toBe(EX_CONFIG);
    const names = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ', 1)[0]);
    expect(names.sort()).toEqual(['CACHE_TTL_SECONDS', 'KAFKA_BROKERS', 'ROLES', 'SERVER_PORT']);
  });

  it('shows no secret', async () => {
    const { code, stdout, stderr } = await runWaybill({
      env: {
        DATABASE_URL: 'mysql://waybill:hunter2@db/waybill',
        REDIS_URL: 'http://:hunter2@redis',
        DB_PASSWORD: 'hunter2',
      },
    });
    expect(code).toBe(EX_CONFIG);
    expect(stderr).toMatch(/^DATABASE_URL .*postgres:\/\//m);
    expect(stderr).toMatch(/^REDIS_URL .*redis:\/\//m);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('warns of a name that is close to a setting, and tells what a URL says in vain', async () => {
    const { code, stdout, stderr } = await runWaybill({
      env: { KAFKA_BROKER: 'hunter2', REDIS_URL: 'redis://:hunter2@cache/0?protocol=3' },
    });
    expect(code).toBe(EX_CONFIG);
    expect(stderr.split('\n')).toEqual([
      "warning: KAFKA_BROKER is set, and is no setting of Waybill's: did you mean KAFKA_BROKERS? It has no effect",
      'REDIS_URL has the parameter protocol, which is not honoured: expected none',
      '',
    ]);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('reads .env and .env.local too, the environment before both', async () => {
    const dataDir = await temporaryDataDir();
    try {
      await writeFile(
        join(dataDir, '.env'),
        'CACHE_TTL_SECONDS=from-env\nROLES=from-env\nLOG_LEVEL=from-env\n',
      );
      await writeFile(join(dataDir, '.env.local'), 'ROLES=from-local\nLOG_LEVEL=from-local\n');
      const { code, stderr } = await runWaybill({ dataDir, env: { LOG_LEVEL: 'from-process' } });
      expect(code).toBe(EX_CONFIG);
      expect(stderr).toContain('CACHE_TTL_SECONDS is "from-env"');
      expect(stderr).toContain('ROLES is "from-local"');
      expect(stderr).toContain('LOG_LEVEL is "from-process"');
    } finally {
      await removeDataDir(dataDir);
    }
  });
});

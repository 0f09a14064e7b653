import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { CertificateAuthority } from '../support/certificates.js';
import { createTestDatabase } from '../support/test-database.js';
import { findCommand } from '../support/debian-packages.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { composeServices } from './compose.js';

interface Outcome {
  code: number;
  out: string;
  err: string;
}

const ROOT = join(import.meta.dirname, '..', '..');
const psql = await findCommand('psql');

let bin: string;
/** What no docker answers. */
const UNSET = { DATABASE_URL: '', DB_HOST: '', REDIS_URL: '', REDIS_ADDR: '', CONFIG_FILE: '' };

/** Runs a target. Recipes look for programs in `bin` first. */
function make(target: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const PATH = `${bin}:${process.env.PATH}`;
  return new Promise((resolve) => {
    execFile(
      'make',
      [target],
      { cwd: ROOT, env: { ...process.env, ...UNSET, PATH, ...env } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Puts a program in place of the one of the name, which prints its command line, and of its environment what is asked for. */
async function standIn(name: string, script: string): Promise<void> {
  const path = join(bin, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'waybill-bin-'));
});
afterAll(() => rm(bin, { recursive: true }));

describe('make', () => {
  let waybill: WaybillProcess;

  beforeAll(async () => {
    await standIn('docker', 'exit 1');
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  const port = (): string => new URL(waybill.url).port;

  it('health prints each part of the program that runs', async () => {
    const { code, out } = await make('health', { SERVER_PORT: port() });
    const [first, ...parts] = out.trimEnd().split('\n');
    expect([code, first]).toEqual([0, `${waybill.url}/health: up`]);
    expect(parts).toContain('  database  up');
    expect(parts).toContain('  relay     up');
  });

  it('health fails where nothing listens, and where something else does', async () => {
    const [free] = await freePorts(0);
    const none = await make('health', { SERVER_PORT: String(free) });
    expect(none.code).not.toBe(0);
    expect(none.err).toContain(`http://127.0.0.1:${free}/health: down: connect ECONNREFUSED`);
    const other = createServer((_req, res) => res.writeHead(404).end('{}')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as AddressInfo;
    const stranger = await make('health', { SERVER_PORT: String(taken) });
    other.close();
    expect(stranger.code).not.toBe(0);
    expect(stranger.err).toContain(`:${taken}/health: what answers there is no Waybill (404)`);
  });

  it('health names a fault of the settings', async () => {
    const { code, err } = await make('health', { SERVER_PORT: 'http' });
    expect(code).not.toBe(0);
    expect(err).toContain('SERVER_PORT is "http": expected a whole number from 0 to 65535');
  });

  it.skipIf(psql === undefined)('db-shell reaches the embedded database of a program that runs', async () => {
    const ARGS = '-At -c "SELECT count(*) FROM migrations WHERE name IS NOT NULL"';
    const { code, out, err } = await make('db-shell', { DATA_DIR: waybill.dataDir, ARGS });
    expect([code, err]).toEqual([0, `database: embedded, ${join(waybill.dataDir, 'postgres')}\n`]);
    expect(Number(out)).toBeGreaterThan(0);
  });

  it.skipIf(psql === undefined)('db-shell reaches the database that the settings name', async () => {
    const { connection, drop } = await createTestDatabase();
    const { host, port: dbPort, user, password, database } = connection;
    try {
      const parts = { DB_HOST: host, DB_PORT: String(dbPort), DB_USER: user, DB_PASSWORD: password };
      const ARGS = '-At -c "SELECT current_database()"';
      const shown = [
        await make('db-shell', { ...parts, DB_NAME: database, ARGS }),
        await make('db-shell', {
          DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${host}:${dbPort}/${database}`,
          ARGS,
        }),
      ];
      expect(shown.map(({ code, out }) => [code, out])).toEqual([
        [0, `${database}\n`],
        [0, `${database}\n`],
      ]);
    } finally {
      await drop();
    }
  });

  it('db-shell and redis-cli say what to do where there is nothing to open', async () => {
    const [database, redis] = [await make('db-shell', { DATA_DIR: bin }), await make('redis-cli')];
    expect([database.code, redis.code]).toEqual([2, 2]);
    expect(database.err).toContain(`no program runs with DATA_DIR=${bin}. Start the program (make run)`);
    expect(redis.err).toContain('no Redis is there: REDIS_URL is not set');
  });

  it('deps lists what is here and what is missing', async () => {
    const { code, out } = await make('deps');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^node +${process.versions.node} `, 'm'));
    expect(out).toMatch(/^docker compose +missing /m);
  });
});

describe('make, with programs that say how they are called', () => {
  beforeAll(async () => {
    await standIn('psql', 'echo "psql $*"; env | grep ^PG | sort');
    await standIn('redis-cli', 'echo "redis-cli $*"; env | grep ^REDISCLI');
  });

  it('db-shell says what DATABASE_URL says of TLS, and has the password in no command line', async () => {
    const { out } = await make('db-shell', {
      DATABASE_URL: 'postgres://ann:s%40cret@db.example:6543/shop?sslmode=verify-full&sslrootcert=system',
      PGHOSTADDR: '192.0.2.1',
    });
    expect(out.trim().split('\n')).toEqual([
      'psql ',
      'PGDATABASE=shop',
      'PGHOST=db.example',
      'PGPASSWORD=s@cret',
      'PGPORT=6543',
      'PGSSLMODE=verify-full',
      'PGSSLROOTCERT=system',
      'PGUSER=ann',
    ]);
  });

  it('db-shell and redis-cli take what the settings say of TLS and accounts, with passwords from files', async () => {
    const authority = await CertificateAuthority.create();
    const { cert, key } = await authority.sign('client');
    const secret = join(authority.directory, 'password');
    await writeFile(secret, 's3cret\n');
    try {
      const database = await make('db-shell', {
        ...{ DB_HOST: 'db.example', DB_USER: 'ann', DB_PASSWORD_FILE: secret, DB_SSL_MODE: 'verify-ca' },
        ...{ DB_SSL_ROOTCERT: authority.cert, DB_SSL_CERT: cert, DB_SSL_KEY: key },
      });
      expect(database.out.trim().split('\n')).toEqual([
        ...['psql ', 'PGDATABASE=waybill', 'PGHOST=db.example', 'PGPASSWORD=s3cret', 'PGPORT=5432'],
        ...[`PGSSLCERT=${cert}`, `PGSSLKEY=${key}`, 'PGSSLMODE=verify-ca', `PGSSLROOTCERT=${authority.cert}`],
        'PGUSER=ann',
      ]);
      const redis = await make('redis-cli', {
        ...{ REDIS_URL: 'rediss://redis.example', REDIS_USERNAME: 'ann', REDIS_PASSWORD_FILE: secret },
        ...{ REDIS_SSL_CA: authority.cert, REDIS_SSL_CERT: cert, REDIS_SSL_KEY: key, ARGS: 'ping' },
      });
      const place = 'redis-cli -h redis.example -p 6379 -n 0 --user ann';
      const tls = `--tls --sni redis.example --cacert ${authority.cert} --cert ${cert} --key ${key}`;
      expect(redis.out.trim().split('\n')).toEqual([`${place} ${tls} ping`, 'REDISCLI_AUTH=s3cret']);
    } finally {
      authority.remove();
    }
  });

  it.each([
    ['redis://127.0.0.1:6399', 'redis-cli -h 127.0.0.1 -p 6399 -n 0 ping', undefined],
    ['redis://:s%40cret@redis.example/3', 'redis-cli -h redis.example -p 6379 -n 3 ping', 's@cret'],
    ['rediss://ann:pw@[::1]:7000', 'redis-cli -h ::1 -p 7000 -n 0 --user ann --tls ping', 'pw'],
  ])('redis-cli takes %s apart', async (REDIS_URL, called, password) => {
    const { out } = await make('redis-cli', { REDIS_URL, ARGS: 'ping' });
    expect(out.trim().split('\n')).toEqual([called, ...(password ? [`REDISCLI_AUTH=${password}`] : [])]);
  });

  it('db-shell, redis-cli and logs go to the containers where these run', async () => {
    await standIn(
      'docker',
      'case "$*" in *version*) echo v2;; *--services*) printf "postgres\\nredis\\n";; *) echo "docker $*";; esac',
    );
    const inside = async (target: string, ARGS = ''): Promise<string> =>
      (await make(target, { ARGS })).out
        .trim()
        .replace(ROOT, '.')
        .replace(/\/ exec/, ' exec');
    expect(await inside('db-shell', '-c "SELECT 1"')).toBe(
      'docker compose --project-directory . exec -T postgres psql --username waybill --dbname waybill -c SELECT 1',
    );
    expect(await inside('redis-cli', 'ping')).toBe(
      'docker compose --project-directory . exec -T redis redis-cli ping',
    );
    const followed = await Promise.all(['logs-api', 'logs-worker'].map((target) => inside(target)));
    const programs = Object.entries(composeServices()).filter(([, { image }]) => image === 'waybill');
    expect(followed.flatMap((line) => line.replace('docker compose logs -f ', '').split(' '))).toEqual(
      programs.map(([name]) => name),
    );
  });
});

import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createClient } from 'redis';
import { freePorts } from '../../scripts/free-ports.js';
import { type LeashedProcess, startLeashed } from '../../scripts/leashed-process.js';
import type { CertificateAuthority, KeyPair } from './certificates.js';

const HOST = '127.0.0.1';
const ADMIN_PASSWORD = 'of-the-administrator';
const POLL_MS = 20;

type Administrator = ReturnType<typeof administratorOf>;

/** A redis-server of a test's own that speaks TLS alone, wants a certificate of the test's CA, and a password. */
export class SecureRedis {
  private constructor(
    private readonly server: LeashedProcess,
    private readonly administrator: Administrator,
    readonly port: number,
    /** Of the server, at the start. */
    readonly certificate: KeyPair,
  ) {}

  /** Resolves when it answers. */
  static async start(command: string, ca: CertificateAuthority): Promise<SecureRedis> {
    const [[port], certificate] = await Promise.all([freePorts(0), ca.sign('redis')]);
    const tls = {
      '--tls-port': String(port),
      '--tls-cert-file': certificate.cert,
      '--tls-key-file': certificate.key,
      '--tls-ca-cert-file': ca.cert,
      '--tls-auth-clients': 'yes',
    };
    const server = startLeashed(
      [
        ...[command, '--port', '0', '--bind', HOST, '--save', '', '--requirepass', ADMIN_PASSWORD],
        ...Object.entries(tls).flat(),
      ],
      { cwd: tmpdir(), graceMs: 0 },
    );
    const administrator = administratorOf(port, ca, certificate);
    await administrator.connect();
    return new SecureRedis(server, administrator, port, certificate);
  }

  /** @param account `user:password@` */
  url(account = '', host = HOST): string {
    return `rediss://${account}${host}:${this.port}`;
  }

  /** Sets an account up anew, or changes it: `>password`, `+@all`, `-get`. Who is connected stays so. */
  async setUser(name: string, ...rules: string[]): Promise<void> {
    await this.administrator.sendCommand(['ACL', 'SETUSER', name, ...rules]);
  }

  /** Cuts the connections of an account. */
  async cut(name: string): Promise<void> {
    await this.administrator.sendCommand(['CLIENT', 'KILL', 'USER', name]);
  }

  /** Shows this certificate on connections from now on. */
  async show({ cert, key }: KeyPair): Promise<void> {
    await this.administrator.sendCommand(['CONFIG', 'SET', 'tls-cert-file', cert, 'tls-key-file', key]);
  }

  /** What every attempt to use it again begins with, once a connection stands. */
  async pings(): Promise<number> {
    return Number(/^cmdstat_ping:calls=(\d+)/m.exec(await this.administrator.info('commandstats'))?.[1]);
  }

  async stop(): Promise<void> {
    this.administrator.destroy();
    await this.server.stop();
  }
}

function administratorOf(port: number, ca: CertificateAuthority, { cert, key }: KeyPair) {
  return createClient({
    password: ADMIN_PASSWORD,
    socket: {
      ...{ host: HOST, port, tls: true as const, reconnectStrategy: POLL_MS },
      ...{ ca: readFileSync(ca.cert), cert: readFileSync(cert), key: readFileSync(key) },
    },
  }).on('error', () => undefined);
}

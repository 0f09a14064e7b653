import { createServer as createTcpServer, type Server, type AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions, createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { PemFileError } from '../config/pem-files.js';
import { SecretFileError } from '../config/setting-sources.js';
import { knownFailures } from '../known-failures.js';
import { ConnectionFaultError, type FaultKind } from './connection-fault.js';
import { explainNetworkFault, type Peer } from './network-faults.js';

const PEER: Peer = {
  name: 'Redis at cache:6379',
  address: 'REDIS_URL',
  encryption: 'REDIS_URL (redis:// or rediss://)',
  ca: 'REDIS_SSL_CA',
  certificate: 'REDIS_SSL_CERT',
};

const faultOf = (error: unknown): ConnectionFaultError | undefined => explainNetworkFault(error, PEER);
const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe('what real sockets say', () => {
  let ours: CertificateAuthority;
  let theirs: CertificateAuthority;
  let server: Server | undefined;

  beforeAll(async () => {
    ours = await CertificateAuthority.create();
    theirs = await CertificateAuthority.create('somebody else');
  });
  afterEach(() => void server?.close());
  afterAll(() => {
    ours.remove();
    theirs.remove();
  });

  async function portOf(made: Server): Promise<number> {
    server = made;
    await new Promise<void>((listening) => void made.listen(0, '127.0.0.1', listening));
    return (made.address() as AddressInfo).port;
  }

  const tlsServer = ({ cert, key }: KeyPair, more: TlsOptions = {}): Server =>
    createTlsServer({ cert: readFileSync(cert), key: readFileSync(key), ...more }, (socket) => {
      socket.on('error', () => undefined);
      socket.write('hello');
    }).on('tlsClientError', () => undefined);

  /** In TLS 1.3 a server tells of what it makes of our certificate after the handshake. */
  async function failureOf(made: Server, options: ConnectionOptions = {}): Promise<unknown> {
    const port = await portOf(made);
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(ours.cert), ...options });
      socket.on('error', resolve).on('data', () => {
        socket.destroy();
        resolve('an answer');
      });
    });
  }

  async function expectFault(failure: Promise<unknown>, kind: FaultKind, named: RegExp): Promise<void> {
    const fault = faultOf(await failure);
    expect(fault).toMatchObject({ kind, message: expect.stringMatching(named) as string });
    expect(fault!.message).toContain('Redis at cache:6379');
    expect(knownFailures().kindOf(fault)).toBe('transient');
  }

  it('is nothing where the certificate is trusted, and of the name', async () => {
    expect(await failureOf(tlsServer(await ours.sign('right')))).toBe('an answer');
  });

  it('tells of a certificate of another CA', async () => {
    await expectFault(
      failureOf(tlsServer(await theirs.sign('a'))),
      'untrusted certificate',
      /set REDIS_SSL_CA/,
    );
  });

  it('tells of another name, with the names that the certificate has', async () => {
    const pair = await ours.sign('b', { names: ['DNS:cache.internal'] });
    await expectFault(failureOf(tlsServer(pair)), 'wrong name', /DNS:cache\.internal: .* into REDIS_URL/);
  });

  it('tells of one that has expired', async () => {
    const pair = await ours.sign('c', { days: -1 });
    await expectFault(failureOf(tlsServer(pair)), 'expired certificate', /has expired .*renewed/);
  });

  const wantsCertificate = async (version: 'TLSv1.2' | 'TLSv1.3'): Promise<Server> =>
    tlsServer(await ours.sign('d'), {
      requestCert: true,
      rejectUnauthorized: true,
      ca: readFileSync(ours.cert),
      minVersion: version,
      maxVersion: version,
    });

  it('tells that our certificate is wanted, which TLS 1.2 has no word of its own for', async () => {
    await expectFault(
      failureOf(await wantsCertificate('TLSv1.3')),
      'own certificate refused',
      /set REDIS_SSL_CERT/,
    );
    server!.close();
    const older = failureOf(await wantsCertificate('TLSv1.2'));
    await expectFault(older, 'no common protocol', /wants a certificate \(REDIS_SSL_CERT\)/);
  });

  it('tells of a server that does not speak TLS', async () => {
    const speaks = createTcpServer(
      (socket) => void socket.on('error', () => undefined).end('-ERR Protocol error\r\n'),
    );
    await expectFault(failureOf(speaks), 'no encryption there', /check the port in REDIS_URL, and REDIS_URL/);
    server!.close();
    const hangsUp = createTcpServer((socket) => void socket.on('error', () => undefined).end());
    await expectFault(failureOf(hangsUp), 'no encryption there', /does not speak TLS/);
  });

  it('tells of no version that both know', async () => {
    const made = tlsServer(await ours.sign('e'), { minVersion: 'TLSv1.3' });
    await expectFault(
      failureOf(made, { maxVersion: 'TLSv1.2' }),
      'no common protocol',
      /which versions and ciphers/,
    );
  });

  it('tells of nobody there', async () => {
    const port = await portOf(createTcpServer());
    await new Promise((closed) => server!.close(closed));
    const refused = new Promise((resolve) => connect({ host: '127.0.0.1', port }).on('error', resolve));
    await expectFault(refused, 'no route', /ECONNREFUSED\): check REDIS_URL/);
  });
});

it.each([
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
])('tells by %s that our certificate is refused', (code) => {
  expect(faultOf(coded(code))).toMatchObject({ kind: 'own certificate refused', code });
});

it('tells that our certificate has expired, where the other side says so', () => {
  expect(faultOf(coded('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'))?.message).toBe(
    'Redis at cache:6379 takes the certificate that we show for expired (ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED): have that of REDIS_SSL_CERT renewed, and check the clocks',
  );
});

it('is of the first address where a name stands for several', () => {
  const several = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')], '');
  expect(faultOf(several)?.message).toBe(
    'no route to Redis at cache:6379 (ECONNREFUSED): check REDIS_URL, and whether it runs there',
  );
});

it('keeps the words of a file that cannot be used, which name the setting', () => {
  for (const error of [new PemFileError('X_CA names x'), new SecretFileError('X_FILE names x')]) {
    expect(faultOf(error)).toMatchObject({ kind: 'unusable file', message: error.message });
  }
});

it('leaves alone what has been explained, and what is neither of the network nor of TLS', () => {
  const fault = new ConnectionFaultError('wrong account', 'no', coded('28P01'));
  expect(faultOf(fault)).toBe(fault);
  expect(fault.code).toBe('28P01');
  for (const error of [
    coded('ECONNRESET'),
    coded('40001'),
    new Error('no'),
    'no',
    undefined,
    null,
    { code: 5 },
  ]) {
    expect(faultOf(error)).toBeUndefined();
  }
});

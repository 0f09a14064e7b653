import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectEncrypted, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../support/certificates.js';
import { getFrom } from '../support/either-protocol.js';
import { eventually } from '../support/eventually.js';
import { runWaybill, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { exchange, expectProblem, rawAnswer } from './api.js';

const run = promisify(execFile);
const MAX_CONNECTIONS = 16;

describe('HTTPS', () => {
  let authority: CertificateAuthority;
  let served: KeyPair;
  let ca: Buffer;
  let waybill: WaybillProcess;
  let port: number;
  /** How long a connection was left open on which nothing came; undefined while it is. */
  let silentMs: number | undefined;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    ca = readFileSync(authority.cert);
    const { cert, key } = await authority.sign('first');
    served = { cert: join(authority.directory, 'tls.crt'), key: join(authority.directory, 'tls.key') };
    replaceBy({ cert, key });
    const env = {
      ...tlsSettings(),
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      ALLOWED_HOSTS: 'shop.example',
    };
    waybill = await startWaybill({ env });
    port = Number(new URL(waybill.url).port);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await waybill.stop();
    authority.remove();
  });

  const tlsSettings = () => ({ SERVER_TLS_CERT: served.cert, SERVER_TLS_KEY: served.key });

  function replaceBy(pair: Partial<KeyPair>): void {
    if (pair.cert !== undefined) copyFileSync(pair.cert, served.cert);
    if (pair.key !== undefined) copyFileSync(pair.key, served.key);
  }

  function open(): Socket {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  /** Who is shown by the certificate of a connection that is made now. */
  async function shownName(
    options = {},
  ): Promise<{ name: string; reused: boolean; session: Buffer | undefined }> {
    const socket: TLSSocket = connectEncrypted({ port, host: 'localhost', ca, ...options });
    try {
      const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      const reused = socket.isSessionReused();
      const name = String(socket.getPeerCertificate().subject?.CN);
      return { name, reused, session: reused ? undefined : await session };
    } finally {
      socket.destroy();
    }
  }

  function beSilent(): void {
    const beganAtMs = performance.now();
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.once('close', () => (silentMs = performance.now() - beganAtMs));
  }

  const certificateState = async (): Promise<{ up: boolean; detail?: string }> => {
    const { body } = await getFrom(`${waybill.url}/health`);
    return (JSON.parse(body) as { parts: Record<string, { up: boolean; detail?: string }> }).parts
      .certificate!;
  };

  it('is what the port speaks, by the names of the certificate, and no TLS before 1.2', async () => {
    expect(waybill.url).toBe(`https://127.0.0.1:${port}`);
    expect((await getFrom(`${waybill.url}/health/ready`, { ca })).status).toBe(200);
    expect(waybill.output()).toContain(`page  ${waybill.url}/`);
    await expect(shownName({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
    expect(await shownName({ maxVersion: 'TLSv1.2' })).toMatchObject({ name: 'first' });
    expect(await certificateState()).toEqual({ up: true });
  });

  it('resumes sessions', async () => {
    const { session, reused } = await shownName();
    expect(reused).toBe(false);
    expect((await shownName({ session })).reused).toBe(true);
  });

  it('is HTTP/1.1 for clients that speak HTTP/2 too', async () => {
    const format = '%{http_code} %{http_version}';
    const { stdout } = await run('curl', [
      ...['-sS', '--http2', '--cacert', authority.cert, '-o', '/dev/null', '-w', format],
      `https://localhost:${port}/health/live`,
    ]);
    expect(stdout).toBe('200 1.1');
    await expect(shownName({ ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/);
  });

  it('answers who speaks plain HTTP in plain HTTP, and closes on other bytes', async () => {
    const plain = `http://127.0.0.1:${port}`;
    for (const line of ['GET / HTTP/1.1', 'DELETE /api/orders/x HTTP/1.1']) {
      const answer = rawAnswer(await exchange(plain, `${line}\r\nHost: localhost\r\n\r\n`));
      expect(expectProblem(answer, 400).detail).toContain('https://');
    }
    expect(rawAnswer(await exchange(plain, '\x16\x03\x01\x00\x05rubbish')).status).toBeNaN();
  });

  it('refuses foreign hosts and origins, takes its own by https alone, and answers what is not HTTP', async () => {
    const send = async (line: string, ...fields: string[]) =>
      rawAnswer(await exchange(waybill.url, [line, ...fields, 'Connection: close', '', ''].join('\r\n')));
    expectProblem(await send('GET / HTTP/1.1', 'Host: rebound.example'), 421);
    const change = ['DELETE /api/dead-letters/1 HTTP/1.1', 'Host: shop.example'] as const;
    expect((await send(...change, 'Origin: https://shop.example')).status).not.toBe(403);
    expectProblem(await send(...change, 'Origin: http://shop.example'), 403);
    expectProblem(await send('NOT HTTP AT ALL'), 400);
    expectProblem(await send(`GET /${'a'.repeat(20_000)} HTTP/1.1`), 431);
  });

  it('bounds connections, those in the handshake too, which give way when they are the longest idle', async () => {
    for (let n = 0; n < 2 * MAX_CONNECTIONS; n++) open();
    const streams = Array.from({ length: MAX_CONNECTIONS }, () => openStream());
    await Promise.all(streams.map(({ begun }) => begun));
    expect(expectProblem(rawAnswer(await exchange(waybill.url, 'GET / HTTP/1.1\r\n\r\n')), 503).status).toBe(
      503,
    );
    for (const { close } of streams) close();
    await eventually(async () => expect((await getFrom(`${waybill.url}/health/live`)).status).toBe(200));
  });

  function openStream(): { begun: Promise<void>; isOpen(): boolean; close(): void } {
    let isOpen = true;
    const request = get(`${waybill.url}/api/events`, { ca, agent: false });
    const begun = new Promise<void>((resolve, reject) => {
      request.once('error', reject).once('response', (answer) => {
        answer.once('close', () => (isOpen = false)).resume();
        answer.on('error', () => undefined);
        resolve();
      });
    });
    return { begun, isOpen: () => isOpen, close: () => request.destroy() };
  }

  it('shows another certificate within seconds of its files, and keeps the streams that there are', async () => {
    beSilent();
    const stream = openStream();
    await stream.begun;
    const { session } = await shownName();
    replaceBy(await authority.sign('second'));
    await eventually(async () => expect((await shownName({ session })).name).toBe('second'), {
      timeoutMs: 5_000,
    });
    await expect
      .poll(() => waybill.output())
      .toContain('the certificate of the server was renewed from its files');
    expect(stream.isOpen()).toBe(true);
    stream.close();
  });

  it('goes on with the one before while a pair is of no use, says so, and heals by itself', async () => {
    const third = await authority.sign('third');
    const ways: [string, () => void, RegExp][] = [
      [
        'half a pair',
        () => replaceBy({ cert: third.cert }),
        /^SERVER_TLS_KEY names .*tls\.key, which is not the key/,
      ],
      [
        'rubbish',
        () => writeFileSync(served.cert, 'x'),
        /^SERVER_TLS_CERT names .*tls\.crt, which is something else/,
      ],
      [
        'nothing',
        () => rmSync(served.cert),
        /^SERVER_TLS_CERT names .*tls\.crt, which cannot be read \(ENOENT\)/,
      ],
    ];
    for (const [, spoil, complaint] of ways) {
      spoil();
      await eventually(
        async () =>
          expect(await certificateState()).toEqual({
            up: false,
            detail: expect.stringMatching(complaint) as string,
          }),
        { timeoutMs: 6_000 },
      );
      expect((await shownName()).name).toBe('second');
      expect((await getFrom(`${waybill.url}/health/live`)).status).toBe(200);
    }
    replaceBy(third);
    await eventually(async () => expect((await shownName()).name).toBe('third'));
    expect(await certificateState()).toEqual({ up: true });
    const told = waybill.output().match(/the certificate of the server needs attention/g);
    expect(told).toHaveLength(ways.length);
  });

  it('says when the certificate has expired, and is served all the same', async () => {
    replaceBy(await authority.sign('expired', { days: -1 }));
    const expired = { up: false, detail: expect.stringContaining('has expired at') as string };
    await eventually(async () => expect(await certificateState()).toEqual(expired));
    await expect(shownName()).rejects.toThrow(/expired/);
    const env = { PATH: process.env.PATH, SERVER_PORT: String(port), ...tlsSettings() };
    const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'scripts/health.ts'], { env });
    expect(stdout).toMatch(
      new RegExp(`^${waybill.url}/health: up\n[^]*certificate +down: .* has expired at`),
    );
    expect(stderr).toBe('');
  });

  it('ends a handshake that does not come to its end', async () => {
    await eventually(() => expect(silentMs).toBeGreaterThan(8_000));
    expect(silentMs).toBeLessThan(14_000);
  });

  it('lets the program stop in order, with handshakes and idle connections about', async () => {
    open();
    connectEncrypted({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => undefined);
    const began = Date.now();
    expect(await waybill.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  it.each([
    [
      'a file that is not there',
      (pair: KeyPair) => ({ SERVER_TLS_CERT: '/nowhere', SERVER_TLS_KEY: pair.key }),
      'SERVER_TLS_CERT names /nowhere, which cannot be read (ENOENT)',
    ],
    [
      'one of the two',
      ({ cert }: KeyPair) => ({ SERVER_TLS_CERT: cert }),
      'SERVER_TLS_CERT is set and SERVER_TLS_KEY is not',
    ],
  ])('is a fault of the configuration by %s', async (_name, envOf, line) => {
    const env = envOf(await authority.sign('other'));
    const { code, stderr } = await runWaybill({ env });
    expect([code, stderr.trim().split('\n')]).toEqual([78, [expect.stringContaining(line)]]);
  });
});

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { UNDICI_KINDS } from './network-failures.js';

describe('a failure of the network', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])(
    '%s is transient, also as the cause of another error',
    (code) => {
      const error = Object.assign(new Error(code), { code });
      expect(knownFailures().kindOf(error)).toBe('transient');
      expect(knownFailures().kindOf(new Error('could not write', { cause: error }))).toBe('transient');
    },
  );
});

describe('a failure of TLS', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('%s is transient: no event is to blame', (code) => {
    expect(knownFailures().kindOf(Object.assign(new Error(code), { code }))).toBe('transient');
  });
});

describe('a failure of fetch', () => {
  let server: Server | ReturnType<typeof createTcpServer> | undefined;
  afterEach(() => void server?.close());

  async function portOf(made: NonNullable<typeof server>): Promise<number> {
    server = made;
    await new Promise<void>((listening) => void made.listen(0, '127.0.0.1', listening));
    return (made.address() as AddressInfo).port;
  }
  const failureOf = async (port: number, init?: RequestInit): Promise<unknown> =>
    fetch(`http://127.0.0.1:${port}/`, init).then(
      () => 'an answer',
      (error: unknown) => error,
    );

  it('is transient when nobody listens, hangs up, does not speak HTTP, or does not answer in time', async () => {
    const gone = await portOf(createTcpServer());
    await new Promise((closed) => server!.close(closed));
    expect(knownFailures().kindOf(await failureOf(gone))).toBe('transient');
    const hangsUp = await portOf(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    expect(knownFailures().kindOf(await failureOf(hangsUp))).toBe('transient');
    server!.close();
    const noHttp = await portOf(createTcpServer((socket) => socket.once('data', () => socket.end('+PONG'))));
    expect(knownFailures().kindOf(await failureOf(noHttp))).toBe('transient');
    server!.close();
    const silent = await portOf(createServer());
    const late = await failureOf(silent, { signal: AbortSignal.timeout(50) });
    expect(knownFailures().kindOf(late)).toBe('transient');
    (server as Server).closeAllConnections();
  });

  it('is judged on purpose, whatever its code', () => {
    const types = readFileSync('node_modules/undici-types/errors.d.ts', 'utf8');
    const codes = [...types.matchAll(/code: '(UND_ERR\w*)'/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => !(code in UNDICI_KINDS))).toEqual([]);
  });
});

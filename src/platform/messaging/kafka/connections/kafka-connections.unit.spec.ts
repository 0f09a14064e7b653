import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readFileSync, renameSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../../../test/support/certificates.js';
import { Environment } from '../../../config/environment.js';
import { joinHostAndPort } from '../../../host-and-port.js';
import { KafkaConnections } from './kafka-connections.js';

/** Generous, but for the test that waits for it. */
const LIMIT_MS = 1_000;

describe('a connection to a broker', () => {
  let authority: CertificateAuthority;
  let pair: KeyPair;
  let servers: Server[];
  let lines: string[];
  let environment: Environment;
  let connections: KafkaConnections;

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    pair = await authority.sign('broker');
  });
  afterAll(() => authority.remove());
  beforeEach(() => {
    [servers, lines] = [[], []];
    environment = new Environment();
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    connections = new KafkaConnections(environment, log);
  });
  afterEach(() => void servers.forEach((server) => server.close()));

  async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    environment.KAFKA_BROKERS = [joinHostAndPort({ host, port })];
    return port;
  }

  const encrypted = (files: KeyPair, host?: string): Promise<number> => {
    environment.KAFKA_SSL = 'on';
    environment.KAFKA_SSL_CA = authority.cert;
    const [cert, key] = [readFileSync(files.cert), readFileSync(files.key)];
    return listen(
      createTlsServer({ cert, key }, (socket) => socket.on('error', () => undefined)),
      host,
    );
  };

  /** Asks as kafkajs does, and resolves with what it is told: the message of the first error. */
  function errorOf(port: number, host = '127.0.0.1'): Promise<string> {
    return new Promise((resolve, reject) => {
      const onConnect = (): void => void socket.write('a request');
      const socket: Socket = connections.open({ host, port, onConnect, ssl: {} }, LIMIT_MS);
      socket.once('error', ({ message }) => resolve(message));
      socket.once('close', () => reject(new Error('it ended without a word')));
    });
  }

  function connected(port: number, host = '127.0.0.1'): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const onConnect = (): void => resolve(socket);
      const socket: Socket = connections.open({ host, port, onConnect, ssl: {} }, LIMIT_MS);
      socket.once('error', reject);
    });
  }

  it('is made where the certificate is for the address, also an IPv6 one', async () => {
    (await connected(await encrypted(pair))).destroy();
    (await connected(await encrypted(pair, '::1'), '::1')).destroy();
    expect(connections.fault()).toBeUndefined();
  });

  it('is refused where the certificate is for another name', async () => {
    const port = await encrypted(await authority.sign('other', { names: ['DNS:elsewhere'] }));
    expect(await errorOf(port)).toMatch(
      /^the certificate of Kafka at 127\.0\.0\.1:\d+ is for DNS:elsewhere: put such a name into KAFKA_BROKERS/,
    );
    expect(connections.state()).toEqual({
      up: false,
      detail: expect.stringContaining('DNS:elsewhere') as string,
    });
    expect(lines.join('')).toContain('no connection to Kafka; trying again');
  });

  it('is not said to take no login where it has taken one, and does not renew it yet', () => {
    environment.KAFKA_SASL_MECHANISM = 'OAUTHBEARER';
    environment.KAFKA_SASL_OAUTH_COMMAND = 'echo token';
    const login = new KafkaConnections(environment, pino({ level: 'silent' })).login({} as never)!;
    const [socket, tooSoon] = [new Socket(), Object.assign(new Error('no'), { type: 'ILLEGAL_SASL_STATE' })];
    const place = { host: 'kafka', port: 9092, socket };
    const failed = (): string => login.failed(tooSoon, place).message;
    expect(failed()).toMatch(/^Kafka at kafka:9092 takes no login on that port: /);
    login.succeeded(place);
    expect(failed()).toBe(
      'Kafka at kafka:9092 does not renew a login within a second: check how long a token of KAFKA_SASL_OAUTH_COMMAND still holds, and connections.max.reauth.ms there',
    );
  });

  it('is made with the files as they are by then', async () => {
    const port = await encrypted(pair);
    renameSync(authority.cert, `${authority.cert}.away`);
    expect(() =>
      connections.open({ host: '127.0.0.1', port, onConnect: () => undefined, ssl: {} }, LIMIT_MS),
    ).toThrow(/^KAFKA_SSL_CA names .* which cannot be read \(ENOENT\)/);
    expect(connections.state().detail).toContain('KAFKA_SSL_CA');
    renameSync(`${authority.cert}.away`, authority.cert);
    (await connected(port)).destroy();
  });

  it('says that there is TLS where we speak none', async () => {
    const port = await encrypted(pair);
    environment.KAFKA_SSL = 'off';
    expect(await errorOf(port)).toMatch(/KAFKA_SSL/);
  });

  it('says that there is no TLS where we speak it', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
    environment.KAFKA_SSL = 'on';
    expect(await errorOf(port)).toMatch(/does not speak TLS.*KAFKA_SSL$/);
  });

  it('says that a login may be wanted where the broker closes it after an answer', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.end('an answer'))));
    expect(await errorOf(port)).toMatch(/closes the connection after its first answer.*KAFKA_SASL_MECHANISM/);
  });

  it('says the same where the broker resets it', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await errorOf(port)).toMatch(
      /closes the connection without an answer.*KAFKA_SSL and the port in KAFKA_BROKERS$/,
    );
    expect(connections.state()).toMatchObject({ up: false });
  });

  it('says that there is no route, once for a while, and when there is one again', async () => {
    const port = await listen(createServer());
    servers.pop()!.close();
    for (let tries = 0; tries < 3; tries++)
      expect(await errorOf(port)).toMatch(/^no route to .*ECONNREFUSED.*KAFKA_BROKERS/);
    expect(lines.filter((line) => line.includes('no connection to Kafka'))).toHaveLength(1);
    const answering = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write('an answer'));
    });
    servers.push(answering);
    await new Promise<void>((resolve) => answering.listen(port, '127.0.0.1', resolve));
    const socket = await connected(port);
    socket.on('data', () => socket.write('a request'));
    socket.write('a request');
    await expect.poll(() => connections.state()).toEqual({ up: true });
    socket.destroy();
    expect(lines.at(-1)).toContain('Kafka answers again');
  });

  it('is no fault where we end it before it came about', async () => {
    const server = createServer();
    const port = await listen(server);
    environment.KAFKA_SSL = 'on';
    const arrival = once(server, 'connection') as Promise<[Socket]>;
    const socket = connections.open(
      { host: '127.0.0.1', port, onConnect: () => undefined, ssl: {} },
      LIMIT_MS,
    );
    socket.on('error', () => undefined);
    const [other] = await arrival;
    socket.end();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    other.resume().end();
    await closed;
    expect(connections.state()).toEqual({ up: true });
    expect(lines).toEqual([]);
  });

  it('is given up when nothing comes of it', async () => {
    const port = await listen(createServer(() => undefined));
    environment.KAFKA_SSL = 'on';
    expect(await errorOf(port)).toMatch(/^no route to .*ETIMEDOUT/);
  });
});

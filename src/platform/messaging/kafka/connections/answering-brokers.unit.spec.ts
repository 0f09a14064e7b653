import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Environment } from '../../../config/environment.js';
import type { Logger } from '../../../logging/logger.js';
import { createKafka } from '../kafka-client.js';
import { KafkaConnections } from './kafka-connections.js';
import type { Login, LoginPlace } from './sasl.js';

const TOLD = 'no connection to Kafka; trying again';
const OVER = 'Kafka answers again';

/** Generous: nothing here waits for it. */
const LIMIT_MS = 5_000;
/** Longer than an answer is taken for a sign that all is well. */
const LONG_MS = 60_000;

/** Where the fields of a request stand: its length, the kind, the version, the number that its answer repeats. */
const KIND_AT = 4;
const NUMBER_AT = 8;
const KIND_OF_VERSIONS = 18;

/** Takes part in what kafkajs begins each connection with: which requests it knows. It knows none but that one. */
function answerVersions(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', (request: Buffer) => {
    if (request.readInt16BE(KIND_AT) !== KIND_OF_VERSIONS) return socket.end();
    const answer = Buffer.alloc(24);
    answer.writeInt32BE(20, 0);
    request.copy(answer, 4, NUMBER_AT, NUMBER_AT + 4);
    answer.writeInt32BE(1, 10);
    answer.writeInt16BE(KIND_OF_VERSIONS, 14);
    answer.writeInt16BE(2, 18);
    socket.write(answer);
  });
}

describe('what shows that Kafka answers', () => {
  let servers: Server[];
  let opened: Socket[];
  let said: string[];
  let environment: Environment;
  let connections: KafkaConnections;
  let log: Logger;

  beforeEach(() => {
    [servers, opened, said] = [[], [], []];
    environment = new Environment();
    log = pino(
      { level: 'info', base: null },
      { write: (line) => void said.push((JSON.parse(line) as { msg: string }).msg) },
    );
    connections = new KafkaConnections(environment, log);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    opened.forEach((socket) => socket.destroy());
    servers.forEach((server) => server.close());
  });

  async function listen(onSocket: (socket: Socket) => void, port = 0): Promise<number> {
    const server = createServer(onSocket);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Opens a connection as kafkajs does. */
  function open(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const onConnect = (): void => resolve(socket);
      const socket = connections.open({ host: '127.0.0.1', port, onConnect, ssl: {} }, LIMIT_MS);
      socket.once('error', reject);
      opened.push(socket);
    });
  }

  it('is one good broker beside a dead one, also before it is asked for anything', async () => {
    const dead = await listen(() => undefined);
    servers.pop()!.close();
    const good = await listen(answerVersions);
    environment.KAFKA_BROKERS = [`127.0.0.1:${dead}`, `127.0.0.1:${good}`];
    const admin = createKafka(environment, log, undefined, connections).admin();
    await admin.connect();
    expect(said).toContain(TOLD);
    expect(connections.state()).toEqual({ up: true });
    await admin.disconnect();
  });

  it('is no first answer of a broker that closes the connection after it', async () => {
    const port = await listen((socket) => void socket.once('data', () => socket.end('an answer')));
    const refused = async (): Promise<void> => {
      const socket = await open(port);
      const told = new Promise((resolve) => socket.once('error', resolve));
      socket.write('a request');
      await told;
    };
    await refused();
    await expect.poll(() => connections.state(), { timeout: 5_000 }).toMatchObject({ up: false });
    await refused();
    expect(connections.state()).toMatchObject({ up: false });
    expect(said).toEqual([TOLD]);
  });

  it('is no connection that stood before others could not be made', async () => {
    const port = await listen(answerAll);
    const standing = await open(port);
    await answered(standing);
    servers[0]!.close();
    await expect(open(port)).rejects.toThrow();
    await answered(standing);
    expect(connections.state()).toEqual({ up: true });
    expect(said).toEqual([TOLD]);
    await listen(answerAll, port);
    const next = await open(port);
    await answered(next);
    expect(said).toEqual([TOLD]);
    await answered(next);
    expect(said).toEqual([TOLD, OVER]);
  });

  describe('where it wants a login', () => {
    let login: Login;

    beforeEach(() => {
      environment.KAFKA_SASL_MECHANISM = 'PLAIN';
      environment.KAFKA_SASL_USERNAME = 'waybill';
      login = connections.login({} as never)!;
    });

    const refusal = Object.assign(new Error('no'), { type: 'SASL_AUTHENTICATION_FAILED' });

    it('is no answer by which it is refused when a session ends', async () => {
      const socket = await loggedIn(await listen(answerAll));
      vi.spyOn(performance, 'now').mockReturnValue(performance.now() + LONG_MS);
      login.began(socket);
      await answered(socket.socket);
      login.failed(refusal, socket);
      expect(connections.state()).toMatchObject({ up: false });
    });

    it('is a session that goes on beside one that is refused, which is told of once', async () => {
      const port = await listen(answerAll);
      const [other, socket] = [await loggedIn(port), await loggedIn(port)];
      for (let tries = 0; tries < 2; tries++) {
        login.began(socket);
        await answered(socket.socket);
        login.failed(refusal, socket);
        await answered(other.socket);
      }
      expect(said).toEqual([TOLD]);
      expect(connections.state()).toEqual({ up: true });
    });

    it('is a login that is taken, also before anything is asked for', async () => {
      const port = await listen(answerAll);
      const socket = await place(port);
      login.began(socket);
      login.failed(refusal, socket);
      expect(connections.state()).toMatchObject({ up: false });
      await loggedIn(port);
      expect(connections.state()).toEqual({ up: true });
      expect(said).toEqual([TOLD, OVER]);
    });

    const place = async (port: number): Promise<LoginPlace> => ({
      ...{ host: '127.0.0.1', port },
      socket: await open(port),
    });

    async function loggedIn(port: number): Promise<LoginPlace> {
      const socket = await place(port);
      login.began(socket);
      await answered(socket.socket);
      login.succeeded(socket);
      return socket;
    }
  });
});

/** Resolves once the socket was answered. */
async function answered(socket: Socket): Promise<void> {
  const answer = once(socket, 'data');
  socket.write('a request');
  await answer;
}

function answerAll(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.write('an answer'));
}

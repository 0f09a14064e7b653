import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type PemFiles, readPemFiles } from '../../../config/pem-files.js';

/** As kafkajs has it. */
const KEEP_ALIVE_DELAY_MS = 60_000;
/** A connection is good once the broker has answered twice: one that wants a login answers the first request all the same. */
const ANSWERS_OF_GOOD = 2;
/** How a record begins by which TLS reports an error: type 21, version 3 (RFC 8446, section 5.1). */
const TLS_ALERT = Buffer.from([21, 3]);

const RESET: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** What a broker does that closes a connection before it was of use. */
export type EarlyEnd = 'speaks TLS' | 'no answer' | 'after an answer';

export interface BrokerSocketOptions {
  readonly host: string;
  readonly port: number;
  /** With TLS: read anew for each connection. */
  readonly files: PemFiles | undefined;
  /** A connection that is not there by then is given up. */
  readonly limitMs: number;
  readonly onConnect: () => void;
  /** Makes of an error of the socket the one that kafkajs is told. */
  readonly explain: (error: NodeJS.ErrnoException) => Error;
  /** Makes an error of an early end; undefined where somebody else has told it already. */
  readonly explainEarlyEnd: (how: EarlyEnd, socket: Socket) => Error | undefined;
  /** Bytes have come, `answers` of them so far. */
  readonly onAnswer: (answers: number, socket: Socket) => void;
}

export const isGood = (answers: number): boolean => answers >= ANSWERS_OF_GOOD;

/**
 * Opens a connection to a broker. The name in its certificate is checked against the one that we connect to.
 *
 * @throws PemFileError
 */
export function openBrokerSocket(options: BrokerSocketOptions): Socket {
  const { host, port, files, limitMs, onConnect, explain, explainEarlyEnd, onAnswer } = options;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket =
    files === undefined
      ? connectPlain({ host, port }, onConnect)
      : connectTls(
          { host, port, ...name, ...readPemFiles(files), minVersion: 'TLSv1.2', rejectUnauthorized: true },
          onConnect,
        );
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  const timer = setTimeout(() => socket.destroy(tooLate(host, port)), limitMs);
  let isThere = false;
  socket.once(files === undefined ? 'connect' : 'secureConnect', () => {
    isThere = true;
    clearTimeout(timer);
  });
  socket.once('close', () => clearTimeout(timer));
  let answers = 0;
  let isAlert = false;
  const early = (): Error | undefined => {
    if (!isThere || isGood(answers)) return undefined;
    const how = isAlert ? 'speaks TLS' : answers === 0 ? 'no answer' : 'after an answer';
    return explainEarlyEnd(how, socket);
  };
  // These listeners come before those of kafkajs, which builds its own error of the message.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // Node says of a connection that we end during the handshake that it was broken off.
    if (socket.writableEnded) return;
    // A broker that closes with bytes of ours unread resets the connection.
    const isReset = RESET.has(error.code ?? '');
    error.message = ((isReset ? early() : undefined) ?? explain(error)).message;
  });
  socket.on('data', (chunk: Buffer) => {
    if (answers === 0) isAlert = files === undefined && chunk.subarray(0, 2).equals(TLS_ALERT);
    answers++;
    onAnswer(answers, socket);
  });
  socket.once('end', () => {
    // Node itself tells of an end before TLS came about; and we may have ended it.
    const error = socket.writableEnded ? undefined : early();
    if (error !== undefined) socket.emit('error', error);
  });
  return socket;
}

const tooLate = (host: string, port: number): Error =>
  Object.assign(new Error(`no connection to ${host}:${port} came about`), { code: 'ETIMEDOUT' });

import { ConnectionTimeoutError, ErrorReply, SocketClosedUnexpectedlyError } from 'redis';
import { ConnectionFaultError, type FaultKind } from '../connections/connection-fault.js';
import { explainNetworkFault, type Peer } from '../connections/network-faults.js';

/** Redis, and the settings that are about it. */
export interface RedisPeer extends Peer {
  readonly usesTls: boolean;
  /** That hold the user and the password; none where there is no password. */
  readonly account: readonly string[];
  /** That a password can be put into. */
  readonly password: string;
}

const CUT = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** node-redis' words where the first byte of an answer is none of Redis'. */
const NOT_REDIS = /^Unknown RESP type/;
/** What is refused by an ACL: a command or a key; also within a script, in the words of Redis 6, 7.0 and later. */
const NO_RIGHT = /^NOPERM\b|-NOPERM\b|^ERR (The user executing the script can't|ACL failure in script)/;
const REFUSED_PASSWORD = /^(WRONGPASS\b|ERR (Client sent )?AUTH\b|ERR invalid password)/;
/** What a server that does not know the command quotes behind it is the user and the password. */
const CANNOT_LOG_IN = /^ERR unknown (?:command|subcommand)\W+(HELLO|AUTH)\b/i;
/** What SELECT is answered with where there is no such database; a cluster has the first alone. */
const NO_DATABASE = /^ERR (DB index is out of range|invalid DB index|SELECT is not allowed in cluster mode)/;
const MOST_QUOTED_CHARACTERS = 200;

type Explanation = readonly [kind: FaultKind, message: string];

/**
 * What is wrong with a connection to Redis, by what it replies and what the network says.
 *
 * @param isConnecting whether the connection has never been ready: one that is cut later says nothing of the settings
 * @returns undefined for what is not about the connection, or not known
 */
export function explainRedisFault(
  error: unknown,
  peer: RedisPeer,
  isConnecting: boolean,
): ConnectionFaultError | undefined {
  const unknown = error instanceof ErrorReply ? CANNOT_LOG_IN.exec(error.message)?.[1] : undefined;
  if (unknown !== undefined) {
    const message = `${peer.name} does not know the command ${unknown.toUpperCase()}: expected Redis 6 or newer there, check ${peer.address}`;
    return new ConnectionFaultError('no common protocol', message, undefined);
  }
  const explanation =
    error instanceof ErrorReply
      ? explainReply(error.message, peer)
      : error instanceof Error && isConnecting
        ? explainBeginning(error, peer)
        : undefined;
  if (explanation !== undefined) return new ConnectionFaultError(explanation[0], explanation[1], error);
  return explainNetworkFault(error, peer);
}

function explainReply(
  reply: string,
  { name, account, address, password }: RedisPeer,
): Explanation | undefined {
  const credentials = account.length === 0 ? password : account.join(' and ');
  if (REFUSED_PASSWORD.test(reply)) {
    return [
      'wrong account',
      `${name} refuses the user or the password (${wordOf(reply)}): check ${credentials}, and that the user is on in its ACL`,
    ];
  }
  if (reply.startsWith('NOAUTH')) {
    return [
      'wrong account',
      account.length === 0
        ? `${name} wants a password (NOAUTH): set ${password}`
        : `${name} wants another user or password (NOAUTH): check ${credentials}`,
    ];
  }
  if (reply.startsWith('DENIED')) {
    return [
      'wrong account',
      `${name} is in protected mode, and lets in nobody from another machine (DENIED): give it a password, and set ${password}`,
    ];
  }
  if (NO_DATABASE.test(reply)) {
    return [
      'no database',
      `${name} does not have the database that is named (${quoted(reply)}): check the number after the slash in ${address}`,
    ];
  }
  if (NO_RIGHT.test(reply)) {
    const who = account.length === 0 ? 'the default user' : `the user of ${account[0]}`;
    return [
      'no right',
      `${name} does not allow ${who} what is needed (${quoted(reply)}): allow it in its ACL, or check ${account.length === 0 ? address : credentials}`,
    ];
  }
  return undefined;
}

function explainBeginning(error: Error, peer: RedisPeer): Explanation | undefined {
  const { name, address, encryption, certificate, usesTls } = peer;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ConnectionTimeoutError) {
    const orTls = usesTls ? `, and that it speaks TLS there (${encryption})` : '';
    return ['no route', `no answer from ${name} in time: check ${address}${orTls}`];
  }
  if (NOT_REDIS.test(error.message)) {
    return [
      'encryption wanted',
      `${name} answers with something else than Redis' protocol: check the port in ${address}, and use rediss:// if it wants TLS`,
    ];
  }
  // Where the TLS handshake itself is broken off, Node has words of its own.
  if (
    !(error instanceof SocketClosedUnexpectedlyError) &&
    error.message !== `read ${code}` &&
    !CUT.has(code ?? '')
  )
    return undefined;
  if (/before secure TLS connection/.test(error.message)) return undefined;
  const shown = code ?? 'closed';
  return usesTls
    ? [
        'own certificate refused',
        `${name} breaks off the connection before it answers (${shown}): set ${certificate} if it wants a certificate, and check the port in ${address}`,
      ]
    : [
        'encryption wanted',
        `${name} breaks off the connection before it answers (${shown}): use rediss:// if it wants TLS, and check the port in ${address}`,
      ];
}

const wordOf = (reply: string): string => /^[A-Z]+/.exec(reply)?.[0] ?? 'refused';

/** In one line, without the place in a script. */
const quoted = (reply: string): string =>
  reply
    .replace(/ script: .*$/s, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_QUOTED_CHARACTERS);

import { ConnectionFaultError, type FaultKind } from '../connections/connection-fault.js';
import { explainNetworkFault } from '../connections/network-faults.js';
import type { ConnectionTarget } from './connection-settings.js';

/** SQLSTATEs. Source: PostgreSQL 18 documentation, appendix A, "PostgreSQL Error Codes". */
const INVALID_PASSWORD = '28P01';
const INVALID_AUTHORIZATION = '28000';
const NO_SUCH_DATABASE = '3D000';
const INSUFFICIENT_PRIVILEGE = '42501';

/** pg's words for a server that has answered the request for TLS by a no. */
const NO_TLS_THERE = /does not support SSL connections/;
/** pg's words for an answer to that request that is neither yes nor no. */
const NOT_POSTGRESQL = /error establishing an SSL connection/;
const NO_PASSWORD_SET = /^SASL: .*client password must be a/;
/** pg's words for a kind of login that it does not know: GSSAPI and SSPI. */
const UNKNOWN_LOGIN = /Unknown authenticationOk message type/;
/** Of PostgreSQL and of poolers, some of which have an SQLSTATE of their own for it. */
const PASSWORD_REFUSED = /^(password|SASL) authentication failed/;
/** Of pg and of its pool: nobody has answered in time. */
const NO_ANSWER = /^timeout expired$|terminated due to connection timeout$/;

/** Of pg and of Node: who is there, such as a proxy without a server, breaks off what nobody has logged in on. */
const BROKEN_OFF = /^Connection terminated unexpectedly$|^read ECONNRESET$|^write EPIPE$/;

/** PostgreSQL's words where no line of pg_hba.conf is for the connection, or one that refuses it. */
const NOT_IN_HBA = /pg_hba\.conf (entry for|rejects)/;
const IN_CLEAR = /no encryption$/;
/** Words of poolers and hosted services that want TLS. */
const WANTS_TLS = /SSL (connection is )?required|connection is insecure/i;
const WANTS_CERTIFICATE = /valid client certificate|certificate authentication failed/;
/** Of the handshake alone. That a certificate is not trusted is none of them: in the clear nobody would know better. */
const NO_HANDSHAKE = /^(ERR_SSL_(?!.*ALERT)|EPROTO$)/;
const CLOSED_IN_HANDSHAKE = /before secure TLS connection was established/;

interface Facts {
  readonly code?: unknown;
  readonly message?: string;
}
type Explanation = readonly [kind: FaultKind, message: string];
/** Whom it is about. */
type Parties = Omit<ConnectionTarget, 'host' | 'port'>;

/**
 * What is wrong with a connection, or with a right that its user lacks, by what PostgreSQL, pg, TLS or the network says.
 *
 * @returns the error itself where nobody knows
 */
export function explainDatabaseFault(error: Error, parties: Parties): Error {
  if (error instanceof ConnectionFaultError) return error;
  const { code, message = '' } = error as Facts;
  const explanation =
    ofConnecting(message, parties) ??
    (typeof code === 'string' ? ofState(code, message, parties) : undefined);
  if (explanation !== undefined) return new ConnectionFaultError(...explanation, error);
  return explainNetworkFault(error, parties.peer) ?? error;
}

/** Whether a connection that failed with TLS may come about in the clear, or the other way round. */
export function mayHealTheOtherWay(error: Error): boolean {
  const { code, message = '' } = error as Facts;
  if (code === INVALID_AUTHORIZATION && NOT_IN_HBA.test(message)) return true;
  if (typeof code === 'string' && NO_HANDSHAKE.test(code)) return true;
  return [NO_TLS_THERE, NOT_POSTGRESQL, WANTS_TLS, CLOSED_IN_HANDSHAKE].some((words) => words.test(message));
}

/** What pg says in words only, and poolers. */
function ofConnecting(message: string, parties: Parties): Explanation | undefined {
  const { name, address, encryption } = parties.peer;
  if (NO_ANSWER.test(message)) {
    return ['no route', `no answer from ${name} in time: check ${address}, and what is in between`];
  }
  if (BROKEN_OFF.test(message)) {
    return [
      'no route',
      `${name} breaks off the connection before it answers: check ${address} and ${encryption}, and whether it runs there`,
    ];
  }
  if (NO_TLS_THERE.test(message)) {
    return [
      'no encryption there',
      `${name} has no TLS: set it up there (ssl = on), or set ${encryption} to prefer or disable`,
    ];
  }
  if (NOT_POSTGRESQL.test(message)) {
    return [
      'no encryption there',
      `what answers for ${name} refuses at once, or is no PostgreSQL: check ${address}`,
    ];
  }
  if (NO_PASSWORD_SET.test(message) || PASSWORD_REFUSED.test(message)) return ofPassword(parties);
  if (UNKNOWN_LOGIN.test(message)) {
    return [
      'wrong account',
      `${name} wants user "${parties.user}" to log in by GSSAPI or another way that is not known here: have pg_hba.conf there take scram-sha-256 or cert of it`,
    ];
  }
  return WANTS_TLS.test(message)
    ? [
        'encryption wanted',
        `${name} takes no connection in the clear: ${said(message)}: ${encrypt(encryption)}`,
      ]
    : undefined;
}

function ofState(code: string, message: string, parties: Parties): Explanation | undefined {
  const { peer, user, database } = parties;
  const { name } = peer;
  switch (code) {
    case INVALID_PASSWORD:
      return ofPassword(parties);
    case INVALID_AUTHORIZATION:
      return NOT_IN_HBA.test(message) ? ofHba(message, parties) : ofAccount(message, parties);
    case NO_SUCH_DATABASE:
      return [
        'wrong account',
        `${name} has no database "${database}" (${code}): have it made there, or check ${peer.database}`,
      ];
    case INSUFFICIENT_PRIVILEGE:
      return [
        'no right',
        `${name} gives user "${user}" too few rights: ${said(message)} (${code}): grant it CONNECT and CREATE on database "${database}" and all on its schema public, or check ${peer.user}`,
      ];
    default:
      return undefined;
  }
}

function ofPassword({ peer, user, password, ways }: Parties): Explanation {
  const { name, certificate } = peer;
  if (password === '') {
    return [
      'wrong account',
      `${name} wants a password of user "${user}", and none is set: set ${peer.password}`,
    ];
  }
  const refused = `${name} does not take the password of user "${user}" (${INVALID_PASSWORD})`;
  // PostgreSQL says the same of a certificate for another user, where it looks at both (clientcert=verify-full).
  const orCertificate = ways.some((way) => way?.cert !== undefined)
    ? `, and whether ${certificate} is for this user`
    : '';
  return ['wrong account', `${refused}: check ${both(peer.password, peer.user)}${orCertificate}`];
}

function ofAccount(message: string, { peer, user }: Parties): Explanation {
  const { name, certificate } = peer;
  if (WANTS_CERTIFICATE.test(message)) {
    return [
      'own certificate refused',
      `${name} wants a certificate of user "${user}": ${said(message)}: set ${certificate} to one that is for this name and of a CA that it trusts`,
    ];
  }
  return ['wrong account', `${name} does not let user "${user}" in: ${said(message)}: check ${peer.user}`];
}

function ofHba(message: string, { peer, ways }: Parties): Explanation {
  const { name, encryption } = peer;
  const account = `check ${both(peer.user, peer.database)}, or add a line to pg_hba.conf there`;
  if (ways.length > 1) {
    return [
      'wrong account',
      `${name} takes no connection of ours, neither with TLS nor in the clear: ${said(message)}: ${account}`,
    ];
  }
  if (!IN_CLEAR.test(message)) {
    return [
      'wrong account',
      `${name} takes no connection of ours with TLS: ${said(message)}: ${account}, or set ${encryption} to prefer`,
    ];
  }
  return [
    'encryption wanted',
    `${name} takes no connection of ours in the clear: ${said(message)}: ${encrypt(encryption)}, or ${account}`,
  ];
}

const both = (one: string, other: string): string => (one === other ? one : `${one} and ${other}`);

const encrypt = (setting: string): string => `set ${setting} to require, or better to verify-full`;

const MOST_CHARACTERS = 300;
const said = (message: string): string => message.slice(0, MOST_CHARACTERS);

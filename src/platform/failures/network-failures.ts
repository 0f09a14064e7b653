import { EXPIRED_CERTIFICATE_CODES, UNTRUSTED_CERTIFICATE_CODES } from './certificate-codes.js';
import type { Failure } from './failure-classifier.js';
import type { FailureKind } from './failure-kind.js';

/** Node's own codes for a peer that is away or not trusted, and for a machine that has run out of something. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENOTCONN',
  'ESHUTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ESERVFAIL',
  'ETIMEOUT',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'EPROTO',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_SOCKET_CLOSED',
  'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

/** A certificate that is not taken; what is said of its name by `node:tls` itself is a code of TLS. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  ...UNTRUSTED_CERTIFICATE_CODES,
  ...EXPIRED_CERTIFICATE_CODES,
  'CERT_REVOKED',
  'HOSTNAME_MISMATCH',
]);

/** The two sides do not agree on TLS, or one of them does not speak it: no event is to blame for that. */
const TLS_CODE = /^ERR_(TLS|SSL)_/;
/** What answers does not speak HTTP. */
const HTTP_PARSER_CODE = /^HPE_/;

/** All codes of undici, which is what `fetch` says as the cause of its TypeError. */
export const UNDICI_KINDS: Readonly<Record<string, FailureKind>> = {
  UND_ERR_ABORT: 'transient',
  UND_ERR_ABORTED: 'transient',
  UND_ERR_BODY_TIMEOUT: 'transient',
  UND_ERR_CLOSED: 'transient',
  UND_ERR_CONNECT_TIMEOUT: 'transient',
  UND_ERR_DESTROYED: 'transient',
  UND_ERR_HEADERS_TIMEOUT: 'transient',
  UND_ERR_INFO: 'transient', // why it has closed a connection
  UND_ERR_PRX_TLS: 'transient',
  UND_ERR_REQ_RETRY: 'transient', // given up, and may work later all the same
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'transient', // the answer was cut off
  UND_ERR_SOCKET: 'transient',
  UND_ERR: 'bug',
  UND_ERR_BPL_MISSING_UPSTREAM: 'bug',
  UND_ERR_HEADERS_OVERFLOW: 'bug',
  UND_ERR_INVALID_ARG: 'bug',
  UND_ERR_INVALID_RETURN_VALUE: 'bug',
  UND_ERR_NOT_SUPPORTED: 'bug',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'bug',
  UND_ERR_RESPONSE: 'bug', // only who has asked knows what a status means
  UND_ERR_RESPONSE_STATUS_CODE: 'bug',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'bug',
  UND_ERR_WS_MESSAGE_SIZE_EXCEEDED: 'bug',
};

/** The wait was ended, by whoever waited or by `AbortSignal.timeout`. */
const TRANSIENT_NAMES: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError']);

/** What Node itself says of a peer, of the network, of TLS and of HTTP. */
export function classifyNetworkFailure({ name = '', code }: Failure): FailureKind | undefined {
  if (TRANSIENT_NAMES.has(name)) return 'transient';
  if (typeof code !== 'string') return undefined;
  if (TRANSIENT_CODES.has(code) || CERTIFICATE_CODES.has(code)) return 'transient';
  if (TLS_CODE.test(code) || HTTP_PARSER_CODE.test(code)) return 'transient';
  return Object.hasOwn(UNDICI_KINDS, code) ? UNDICI_KINDS[code] : undefined;
}

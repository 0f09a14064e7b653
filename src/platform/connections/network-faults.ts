import { PemFileError } from '../config/pem-files.js';
import { SecretFileError } from '../config/setting-sources.js';
import { EXPIRED_CERTIFICATE_CODES, UNTRUSTED_CERTIFICATE_CODES } from '../failures/certificate-codes.js';
import { ConnectionFaultError, type FaultKind } from './connection-fault.js';

/** A service, and the settings that are about it, each as the operator has written it. */
export interface Peer {
  /** For people: `PostgreSQL at db:5432`. */
  readonly name: string;
  /** Says where it is. */
  readonly address: string;
  /** Says whether connections are encrypted. */
  readonly encryption: string;
  /** Names the file of the CA. */
  readonly ca: string;
  /** Names the file of our own certificate. */
  readonly certificate: string;
}

const NO_ROUTE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EADDRNOTAVAIL',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

const WRONG_NAME: ReadonlySet<string> = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

/** Alerts by which the other side refuses what we have shown, or not shown (RFC 8446, section 6.2), as OpenSSL calls them. */
const OWN_REFUSED =
  /ALERT_(NO_CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)$/;
const OWN_EXPIRED = /ALERT_CERTIFICATE_EXPIRED$/;
const NOT_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST|RECORD_TOO_SMALL)$/;
const OF_TLS = /^ERR_(SSL|TLS)_/;
/** Node's words for a connection that is closed during the handshake, as by a service that does not know TLS. */
const CLOSED_IN_HANDSHAKE = /before secure TLS connection was established/;

type Explanation = readonly [kind: FaultKind, message: string];

/**
 * What is wrong with a connection by what Node says of the network and of TLS.
 *
 * @returns undefined for what is not of these
 */
export function explainNetworkFault(error: unknown, peer: Peer): ConnectionFaultError | undefined {
  if (error instanceof ConnectionFaultError) return error;
  const failed = firstOf(error);
  if (failed instanceof PemFileError || failed instanceof SecretFileError) {
    return new ConnectionFaultError('unusable file', failed.message, failed);
  }
  const { code, message = '' } = (failed ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== 'string') return undefined;
  const explanation = explain(code, message, failed, peer);
  return explanation && new ConnectionFaultError(explanation[0], explanation[1], failed);
}

function explain(code: string, message: string, error: unknown, peer: Peer): Explanation | undefined {
  const { name, address, encryption, ca, certificate } = peer;
  if (NO_ROUTE.has(code)) {
    return ['no route', `no route to ${name} (${code}): check ${address}, and whether it runs there`];
  }
  if (UNTRUSTED_CERTIFICATE_CODES.has(code)) {
    return [
      'untrusted certificate',
      `the certificate of ${name} is of no CA that is trusted (${code}): set ${ca} to the certificate of its CA`,
    ];
  }
  if (WRONG_NAME.has(code)) {
    return [
      'wrong name',
      `the certificate of ${name} is for ${namesIn(error)}: put such a name into ${address}, or have a certificate made for the one that is there`,
    ];
  }
  if (EXPIRED_CERTIFICATE_CODES.has(code)) {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return [
      'expired certificate',
      `the certificate of ${name}, or that of its CA in ${ca}, ${when} (${code}): have it renewed, and check the clocks`,
    ];
  }
  if (OWN_EXPIRED.test(code)) {
    return [
      'own certificate refused',
      `${name} takes the certificate that we show for expired (${code}): have that of ${certificate} renewed, and check the clocks`,
    ];
  }
  if (OWN_REFUSED.test(code)) {
    return [
      'own certificate refused',
      `${name} does not take the certificate that we show, or wants one (${code}): set ${certificate} to one of a CA that it trusts, with those between the two behind it`,
    ];
  }
  if (NOT_TLS.test(code) || CLOSED_IN_HANDSHAKE.test(message)) {
    return [
      'no encryption there',
      `${name} does not speak TLS, or breaks it off (${code}): check the port in ${address}, and ${encryption}`,
    ];
  }
  return OF_TLS.test(code)
    ? [
        'no common protocol',
        `no TLS comes about with ${name} (${code}): check whether it wants a certificate (${certificate}), and which versions and ciphers it has`,
      ]
    : undefined;
}

/** A name that stands for several addresses fails with what each of them said. */
function firstOf(error: unknown): unknown {
  const { errors } = (error ?? {}) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? errors[0] : error;
}

const MOST_NAMES_CHARACTERS = 200;

function namesIn(error: unknown): string {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: unknown } } };
  const names = cert?.subjectaltname ?? cert?.subject?.CN;
  return typeof names === 'string' ? names.slice(0, MOST_NAMES_CHARACTERS) : 'another name';
}

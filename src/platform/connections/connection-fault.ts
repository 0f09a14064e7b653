import { TransientError } from '../failures/classified-errors.js';

/** What may be wrong between us and a service, as an operator would say it. */
export type FaultKind =
  | 'no route'
  | 'no encryption there'
  | 'encryption wanted'
  | 'untrusted certificate'
  | 'wrong name'
  | 'expired certificate'
  | 'own certificate refused'
  | 'no common protocol'
  | 'wrong account'
  | 'no database'
  | 'no right'
  | 'no token'
  | 'unusable file';

/**
 * A connection that cannot be made as the settings have it, in one line that says what is wrong, which setting it is about, and
 * what to do. It heals by itself once somebody has mended either side.
 */
export class ConnectionFaultError extends TransientError {
  override readonly name = 'ConnectionFaultError';
  /** What the network, TLS or the service itself said: ECONNREFUSED, CERT_HAS_EXPIRED, 28P01. */
  readonly code: string | undefined;

  constructor(
    readonly kind: FaultKind,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    const { code } = (cause ?? {}) as { code?: unknown };
    this.code = typeof code === 'string' ? code : undefined;
  }
}

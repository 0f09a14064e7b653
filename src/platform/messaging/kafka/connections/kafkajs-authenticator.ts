import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionFaultError } from '../../../connections/connection-fault.js';
import type { Login, LoginPlace } from './sasl.js';

/** What we need of kafkajs's Connection. */
interface Connection extends LoginPlace {
  readonly sasl: Partial<Login>;
  /** Null before the first login. */
  readonly authenticatedAt: unknown;
  reauthenticationThreshold: number;
}

interface Authenticator {
  readonly connection: Connection;
  /** Milliseconds as a text; `0` for ever. */
  readonly sessionLifetime: string;
  authenticate(): Promise<void>;
}

type AuthenticatorClass = new (...parts: never[]) => Authenticator;

/** kafkajs's own: it logs in again so long before a session ends. */
const THRESHOLD_MS = 10_000;
/** A session that is shorter is renewed when this part of it is left, else each request would begin with a login. */
const LEFT_OF_SESSION = 0.3;
/** Requests that are being encoded have to be on their way before a login begins: a broker takes none amid it (KIP-368). */
const ENCODING_MS = 50;

/** kafkajs's way to log in, which tells the login what became of it, and fails with what the login makes of that. */
export function withLogins(Original: AuthenticatorClass): AuthenticatorClass {
  return class extends Original {
    override async authenticate(): Promise<void> {
      const { connection } = this;
      const { sasl } = connection;
      if (connection.authenticatedAt !== null) await sleep(ENCODING_MS);
      sasl.began?.(connection);
      try {
        await super.authenticate();
      } catch (error) {
        throw asRetriable(sasl.failed?.(error, connection) ?? error);
      }
      const lifetimeMs = Number(this.sessionLifetime);
      // kafkajs makes a BigInt of it.
      connection.reauthenticationThreshold = Math.min(THRESHOLD_MS, Math.floor(lifetimeMs * LEFT_OF_SESSION));
      sasl.succeeded?.(connection);
    }
  };
}

/** kafkajs gives up at a login that fails; it tries again, on another connection, at one that does not come about. */
function asRetriable(error: unknown): unknown {
  if (!(error instanceof ConnectionFaultError)) return error;
  const retriable = { name: 'KafkaJSConnectionError', retriable: true, fault: error };
  return Object.assign(new Error(error.message), retriable);
}

import type { Socket } from 'node:net';
import type { SaslMechanism } from '../../../config/environment.js';

/** What kafkajs hands to a provider of a mechanism. */
export interface SaslParts {
  readonly host: string;
  readonly port: number;
  readonly logger: unknown;
  readonly saslAuthenticate: (exchange: SaslExchange) => Promise<unknown>;
}

interface SaslExchange {
  readonly request: { encode(): Promise<Buffer> };
  readonly response?:
    { decode(raw: Buffer): Promise<never>; parse(decoded: never): Promise<unknown> } | object;
}

type Provider = (account: {
  username: string;
  password: string;
}) => (parts: SaslParts) => { authenticate(): Promise<void> };

/** kafkajs's own, by mechanism. */
export type LoginProviders = Readonly<Record<'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', Provider>>;

/** A connection of kafkajs, as far as logins go. */
export interface LoginPlace {
  readonly host: string;
  readonly port: number;
  readonly socket: Socket;
}

/** What logs in for kafkajs: the account as it is at that time, and what became of it. */
export interface Login {
  readonly mechanism: SaslMechanism;
  readonly authenticationProvider: (parts: SaslParts) => { authenticate(): Promise<void> };
  /** Answers on the socket are of the login from here on. */
  readonly began: (place: LoginPlace) => void;
  readonly succeeded: (place: LoginPlace) => void;
  /** @returns what kafkajs is to be told */
  readonly failed: (error: unknown, place: LoginPlace) => Error;
}

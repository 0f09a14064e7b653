import type { Socket } from 'node:net';
import type { ISocketFactoryArgs, ITopicConfig } from 'kafkajs';
import type { Login } from '../connections/sasl.js';
import type { ProtocolCodec, ProtocolRequest } from './protocol.js';

/** kafkajs's Broker, as far as it is used here. */
export interface KafkajsBroker {
  /** By the keys of requests, once it is connected. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  createTopics(request: { topics: readonly ITopicConfig[]; validateOnly: boolean }): Promise<unknown>;
}

/** kafkajs's ConnectionPool, as far as it is used here. */
export interface KafkajsPool {
  readonly pool: readonly { readonly socket: Socket }[];
  send<Answer>(request: ProtocolRequest<Answer>): Promise<Answer>;
}

interface QuietLogger {
  readonly namespace: () => QuietLogger;
  readonly debug: () => void;
  readonly info: () => void;
  readonly warn: () => void;
  readonly error: () => void;
}

interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly logger: QuietLogger;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly socketFactory: (args: ISocketFactoryArgs) => Socket;
  readonly sasl: Login | null;
}

/** What kafkajs is made of and does not hand out. */
export interface KafkajsInternals extends ProtocolCodec {
  readonly Broker: new (options: { connectionPool: KafkajsPool; logger: QuietLogger }) => KafkajsBroker;
  readonly ConnectionPool: new (options: PoolOptions) => KafkajsPool;
}

/** For those who are told what is wrong by errors. */
export const QUIET: QuietLogger = {
  namespace: () => QUIET,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

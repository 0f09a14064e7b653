import type { Socket } from 'node:net';
import type { ISocketFactoryArgs } from 'kafkajs';
import type { Environment } from '../../../config/environment.js';
import { kafkaFiles } from '../../../config/kafka-files.js';
import { ConnectionFaultError } from '../../../connections/connection-fault.js';
import { explainNetworkFault, type Peer } from '../../../connections/network-faults.js';
import type { PartState } from '../../../health/health.js';
import { joinHostAndPort } from '../../../host-and-port.js';
import type { Logger } from '../../../logging/logger.js';
import { TokenSource } from '../tokens/token-source.js';
import { nameOf } from './account.js';
import { BrokerSigns } from './broker-signs.js';
import { type EarlyEnd, isGood, openBrokerSocket } from './broker-socket.js';
import { loginOf } from './login.js';
import type { Login, LoginProviders } from './sasl.js';
import { explainEarlyEnd, explainLoginFault, explainRenewalFault } from './login-faults.js';
import { type Attempt, explainRefusal } from './refusals.js';
import { TopicRefusals } from './topic-refusals.js';
import { RepeatedLines } from './repeated-lines.js';

/** Lines that are remembered, so that an error of kafkajs which quotes one is known again. */
const MOST_LINES = 100;

/** All connections of this process to the brokers: how they are made, what is wrong with them, and since when. */
export class KafkaConnections {
  readonly refusals: TopicRefusals;
  private readonly tokens: TokenSource | undefined;
  /** By their lines. */
  private readonly known = new Map<string, ConnectionFaultError>();
  private readonly signs = new BrokerSigns();
  private readonly lines = new RepeatedLines();
  /** When a connection came about: its first answer, or its last login. */
  private readonly sinceMs = new WeakMap<Socket, number>();
  private readonly loggingIn = new WeakSet<Socket>();
  private readonly refused = new WeakSet<Socket>();

  constructor(
    private readonly environment: Environment,
    private readonly log: Logger,
  ) {
    this.refusals = new TopicRefusals(
      (topic) => this.tellRefusal(topic),
      (topic) => {
        this.lines.forget(topic);
        log.info({ topic }, 'a topic may be read again');
      },
    );
    if (environment.KAFKA_SASL_MECHANISM === 'OAUTHBEARER') this.tokens = TokenSource.of(environment, log);
  }

  /** What every connection fails with at the moment; undefined while Kafka answers. */
  fault(): ConnectionFaultError | undefined {
    return this.signs.fault();
  }

  /** For `/health`. */
  state(): PartState {
    const fault = this.fault();
    if (fault !== undefined) return { up: false, detail: fault.message };
    const trouble = this.tokens?.trouble();
    return trouble === undefined
      ? { up: true }
      : { up: true, detail: `the token cannot be renewed: ${trouble}` };
  }

  /** What is wrong, in a line for the operator, where an error of kafkajs is of the connection, the login or a right. */
  explain(error: unknown, attempt: Attempt): Error {
    return this.faultIn(error) ?? explainRefusal(error, attempt, this.environment) ?? (error as Error);
  }

  /** Which of these topics consumers have no right to, in a line; undefined while there are none. */
  refusal(topics: readonly string[]): ConnectionFaultError | undefined {
    const refused = this.refusals.among(topics);
    if (refused.length === 0) return undefined;
    const error = { type: 'TOPIC_AUTHORIZATION_FAILED', topics: refused };
    return explainRefusal(error, { operation: 'READ' }, this.environment);
  }

  /** The fault that an error of kafkajs quotes, or one that caused it. */
  private faultIn(error: unknown): ConnectionFaultError | undefined {
    const {
      message = '',
      cause,
      fault,
    } = (error ?? {}) as { message?: string; cause?: unknown; fault?: unknown };
    if (error instanceof ConnectionFaultError) return error;
    if (fault instanceof ConnectionFaultError) return fault;
    const line = message.replace(/^(Connection error|Failed to connect): /, '');
    return this.known.get(line) ?? (cause === undefined ? undefined : this.faultIn(cause));
  }

  /** Whether a line of kafkajs's log says nothing but what was told already. */
  isTold(text: string): boolean {
    return this.signs.isOfLast(text);
  }

  open({ host, port, onConnect }: ISocketFactoryArgs, limitMs: number): Socket {
    const { environment } = this;
    const peer = this.peerOf(host, port);
    try {
      return openBrokerSocket({
        host,
        port,
        limitMs,
        onConnect,
        files: environment.KAFKA_SSL === 'on' ? kafkaFiles(environment) : undefined,
        explain: (error) => this.noted(error, peer),
        explainEarlyEnd: (how, socket) => this.ended(how, peer, socket),
        onAnswer: (answers, socket) => this.answered(answers, peer, socket),
      });
    } catch (error) {
      throw this.noted(error, peer);
    }
  }

  /** @param providers kafkajs's own */
  login(providers: LoginProviders): Login | undefined {
    const { KAFKA_SASL_MECHANISM: mechanism } = this.environment;
    if (mechanism === undefined) return undefined;
    return loginOf(this.environment, mechanism, providers, this.tokens, {
      began: ({ socket }) => void this.loggingIn.add(socket),
      succeeded: ({ socket, host, port }) => {
        this.loggingIn.delete(socket);
        this.sinceMs.set(socket, performance.now());
        this.worked(this.peerOf(host, port), socket);
      },
      failed: (error, { socket, host, port }) => {
        this.refused.add(socket);
        const peer = this.peerOf(host, port);
        const ofRenewal = this.sinceMs.has(socket)
          ? explainRenewalFault(error, peer.name, this.environment)
          : undefined;
        return this.noted(ofRenewal ?? error, peer);
      },
    });
  }

  private tellRefusal(topic: string): void {
    const err = this.refusal([topic]);
    if (err === undefined || !this.lines.isWorthTelling(topic, err.message)) return;
    this.log.warn({ err, topic }, 'a right at Kafka is missing; trying again');
  }

  private answered(answers: number, peer: Peer, socket: Socket): void {
    if (this.environment.KAFKA_SASL_MECHANISM === undefined) {
      if (answers === 1) {
        this.sinceMs.set(socket, performance.now());
        this.signs.answeredOnce(peer.name);
      }
      if (isGood(answers)) this.worked(peer, socket);
      // The answers to a login say nothing by themselves.
    } else if (this.sinceMs.has(socket) && !this.loggingIn.has(socket)) this.worked(peer, socket);
  }

  private worked({ name }: Peer, socket: Socket): void {
    const isOver = this.signs.worked(name, this.sinceMs.get(socket)!);
    if (isOver) this.log.info({ broker: name }, 'Kafka answers again');
  }

  private ended(how: EarlyEnd, peer: Peer, socket: Socket): Error | undefined {
    const isLoggedIn = this.environment.KAFKA_SASL_MECHANISM !== undefined && this.sinceMs.has(socket);
    if (this.refused.has(socket) || isLoggedIn) return undefined;
    return this.remember(explainEarlyEnd(how, peer.name, this.environment), peer);
  }

  private noted(error: unknown, peer: Peer): Error {
    const known = this.faultIn(error);
    if (known !== undefined) return this.remember(known, peer);
    const fault = explainLoginFault(error, peer.name, this.environment) ?? explainNetworkFault(error, peer);
    return fault === undefined ? (error as Error) : this.remember(fault, peer);
  }

  private remember(fault: ConnectionFaultError, { name }: Peer): ConnectionFaultError {
    this.known.delete(fault.message);
    this.known.set(fault.message, fault);
    if (this.known.size > MOST_LINES) this.known.delete(this.known.keys().next().value!);
    if (this.signs.failed(name, fault)) {
      this.log.warn({ err: fault, broker: name }, 'no connection to Kafka; trying again');
    }
    return fault;
  }

  private peerOf(host: string, port: number): Peer {
    const { environment } = this;
    const address = joinHostAndPort({ host, port });
    const isOurs = environment.KAFKA_BROKERS?.includes(address) === true;
    return {
      name: `Kafka at ${address}`,
      address: isOurs ? nameOf(environment, 'KAFKA_BROKERS') : 'advertised.listeners of the broker',
      encryption: nameOf(environment, 'KAFKA_SSL'),
      ca: nameOf(environment, 'KAFKA_SSL_CA'),
      certificate: nameOf(environment, 'KAFKA_SSL_CERT'),
    };
  }
}

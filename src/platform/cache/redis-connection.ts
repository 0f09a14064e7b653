import { TransientError } from '../failures/classified-errors.js';
import { TimeBudget } from './time-budget.js';

/** What the connection needs of a client: node-redis' own, with whatever commands it was made with. */
export interface LinkedClient {
  /** Whether it is connected, or still tries to be. */
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  ping(): Promise<unknown>;
  on(event: 'connect' | 'ready' | 'error', listener: (error?: Error) => void): unknown;
}

export interface RedisConnectionOptions<C extends LinkedClient> {
  /**
   * Makes a client for one attempt: it is not connected yet, does not reconnect by itself, and refuses commands while it is not
   * connected. It may throw, which counts as an attempt that has failed.
   */
  readonly createClient: () => C;
  /**
   * An error as the operator is to read it, or the error itself.
   *
   * @param isConnecting whether the connection has never been ready
   */
  readonly explain: (error: Error, isConnecting: boolean) => Error;
  /** How long to wait for the next attempt after so many that have failed since the last connection. */
  readonly pauseMs: (attempts: number) => number;
  /** How long the answer to a PING may take. */
  readonly budgetMs: number;
  /** How often users that are down on a connection that stands try it, in the background. */
  readonly retryEveryMs: number;
}

/** A user of the shared connection, which is told of its state. */
export interface ConnectionUser {
  /** Commands can be sent; whether they are answered is not known yet. */
  onReady(): void;
  onLost(reason: Error): void;
  /** Every `retryEveryMs`. */
  onTick(): void;
}

/** The link is down: nothing was sent. */
export class RedisDownError extends TransientError {
  override readonly name = 'RedisDownError';
}

/** A connection on which this many attempts in a row went unanswered is given up for a new one. */
const ATTEMPTS_PER_CONNECTION = 3;

/**
 * The one connection to Redis of a program, which all of its caches share. It is given up for a new one when Redis answers
 * nobody on it; whether one cache is slow there is for that cache's own breaker to find out, see `RedisLink`.
 */
export class RedisConnection<C extends LinkedClient> {
  private readonly budget: TimeBudget;
  private readonly users = new Set<ConnectionUser>();
  private current: C | undefined;
  private opened = 0;
  private unanswered = 0;
  private tcpConnected = false;
  private pingUnderWay: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private nextAttempt: NodeJS.Timeout | undefined;
  private failedAttempts = 0;

  constructor(private readonly options: RedisConnectionOptions<C>) {
    this.budget = new TimeBudget(options.budgetMs);
  }

  /** The present client; undefined before the start, after the end, and between two attempts. */
  get client(): C | undefined {
    return this.current;
  }

  /** How many connections were begun, the first included. */
  get connections(): number {
    return this.opened;
  }

  /** A user that is added later is told at once if the connection is ready. */
  add(user: ConnectionUser): void {
    this.users.add(user);
    if (this.current?.isReady) user.onReady();
  }

  remove(user: ConnectionUser): void {
    this.users.delete(user);
  }

  /** Starts connecting and returns at once; a Redis that is away is tried for as long as it takes. */
  connect(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.tick(), this.options.retryEveryMs).unref();
    this.openClient();
  }

  /** Closes the connection; commands under way fail. */
  close(): void {
    clearInterval(this.timer);
    clearTimeout(this.nextAttempt);
    this.timer = undefined;
    this.closeClient();
    this.tellLost(new RedisDownError('closed'));
  }

  /** Called when Redis has answered a command: the connection is alive, even if it is too slow for some user. */
  noteAnswer(client: C): void {
    if (client === this.current) this.unanswered = 0;
  }

  /**
   * Resolves when Redis answers on the present client. Users that ask at the same time share one PING, so that the
   * connection is not given up the sooner the more of them there are.
   *
   * @throws BudgetSpentError, and what Redis replies, such as NOAUTH
   */
  ping(): Promise<void> {
    const client = this.current;
    if (!client?.isReady) return Promise.reject(new RedisDownError('Redis is down'));
    if (this.pingUnderWay !== undefined) return this.pingUnderWay;
    const ping = this.pingOnce(client).finally(() => {
      if (this.pingUnderWay === ping) this.pingUnderWay = undefined;
    });
    this.pingUnderWay = ping;
    return ping;
  }

  private async pingOnce(client: C): Promise<void> {
    this.unanswered++;
    try {
      await this.budget.spend(client.ping());
      this.noteAnswer(client);
    } catch (error) {
      // Also those who are up, but had nothing to ask.
      if (client === this.current && this.replaceSilent()) this.tellLost(error as Error);
      throw error;
    }
  }

  /** What an error of a command says of the connection, as the operator is to read it. */
  explained(error: Error): Error {
    return this.options.explain(error, false);
  }

  private tick(): void {
    const client = this.current;
    // Connected, but no answer to the first commands: that may last for ever.
    if (client !== undefined && !client.isReady && this.tcpConnected) {
      this.unanswered++;
      if (this.replaceSilent()) this.tellLost(new RedisDownError('Redis does not answer on a connection'));
    }
    for (const user of this.users) user.onTick();
  }

  /** A peer that vanished without a word leaves a connection that stays open for a quarter of an hour. */
  private replaceSilent(): boolean {
    if (this.unanswered < ATTEMPTS_PER_CONNECTION || this.timer === undefined) return false;
    this.closeClient();
    this.openClient();
    return true;
  }

  private openClient(): void {
    this.opened++;
    this.tcpConnected = false;
    this.unanswered = 0;
    this.pingUnderWay = undefined;
    let client: C;
    try {
      client = this.options.createClient();
    } catch (error) {
      return this.tryLater(this.options.explain(error as Error, true));
    }
    this.current = client;
    let wasReady = false;
    // Events of a client that was given up must not speak for the one that replaced it.
    const whileCurrent = (react: (error?: Error) => void) => (error?: Error) => {
      if (this.current === client) react(error);
    };
    const onError = whileCurrent((error = new RedisDownError('Redis is down')) => {
      if (client.isReady) return;
      this.closeClient();
      this.tryLater(this.options.explain(error, !wasReady));
    });
    client.on(
      'connect',
      whileCurrent(() => (this.tcpConnected = true)),
    );
    client.on(
      'ready',
      whileCurrent(() => {
        wasReady = true;
        this.failedAttempts = 0;
        for (const user of this.users) user.onReady();
      }),
    );
    client.on('error', onError);
    // The errors come as events too.
    client.connect().catch(onError);
  }

  private tryLater(reason: Error): void {
    this.tellLost(reason);
    if (this.timer === undefined) return;
    const pauseMs = this.options.pauseMs(this.failedAttempts++);
    this.nextAttempt = setTimeout(() => this.openClient(), pauseMs).unref();
  }

  private closeClient(): void {
    const client = this.current;
    this.current = undefined;
    if (client?.isOpen) client.destroy();
  }

  private tellLost(reason: Error): void {
    for (const user of this.users) user.onLost(reason);
  }
}

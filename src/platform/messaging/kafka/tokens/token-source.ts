import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../config/environment.js';
import { environmentWithoutSecrets, writtenName } from '../../../config/setting-sources.js';
import { messageForLog } from '../../../logging/error-record.js';
import type { Logger } from '../../../logging/logger.js';
import type { BearerToken } from './bearer-token.js';
import { runTokenCommand } from './token-command.js';
import { fetchToken } from './token-endpoint.js';

/** A token is renewed after this part of its life. */
const RENEWED_AFTER = 0.8;
/** Near its end a token is not used any more: it might be over when the broker looks at it. */
const UNUSED_AT_END = 0.05;
const MOST_UNUSED_MS = 5_000;
/** Nobody is asked for tokens more often than so. */
const LEAST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
/** Timers of Node take no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface HeldToken {
  readonly value: string;
  readonly usableUntilMs: number;
}

/**
 * The token of this process. It is renewed before it ends; where nobody says when that is, it is asked for anew each time.
 * While it cannot be renewed, the present one is used for as long as it holds.
 */
export class TokenSource {
  private held: HeldToken | undefined;
  private underWay: Promise<string> | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private fetchedAtMs = -Infinity;
  private pauseMs = LEAST_PAUSE_MS;
  private failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  /** @param fetch gets one from where tokens are from */
  constructor(
    private readonly fetch: () => Promise<BearerToken>,
    private readonly log: Logger,
  ) {}

  static of(environment: Environment, log: Logger): TokenSource {
    const { KAFKA_SASL_OAUTH_COMMAND: command } = environment;
    if (command === undefined) return new TokenSource(() => fetchToken(environment), log);
    const setting = writtenName(environment, 'KAFKA_SASL_OAUTH_COMMAND');
    const variables = environmentWithoutSecrets(environment);
    return new TokenSource(() => runTokenCommand(command, setting, variables), log);
  }

  /** One that holds. @throws why there is none: TokenError, ConnectionFaultError, SecretFileError, PemFileError */
  async token(): Promise<string> {
    if (this.held !== undefined && performance.now() < this.held.usableUntilMs) return this.held.value;
    // Several clients ask, each time that they try to connect.
    if (this.failure !== undefined && performance.now() < this.failure.untilMs) throw this.failure.error;
    return this.renew();
  }

  /** A broker does not take this token: the next one may have what it lacks. */
  refused(value: string): void {
    if (this.held?.value === value) this.held = undefined;
  }

  /** Why the present token cannot be renewed, while it cannot. */
  trouble(): string | undefined {
    return this.failure === undefined ? undefined : messageForLog(this.failure.error);
  }

  private renew(): Promise<string> {
    this.underWay ??= this.fetchOne().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async fetchOne(): Promise<string> {
    const sinceMs = performance.now() - this.fetchedAtMs;
    if (sinceMs < LEAST_PAUSE_MS) await sleep(LEAST_PAUSE_MS - sinceMs);
    try {
      const { value, lifetimeMs } = await this.fetch();
      if (this.failure !== undefined) this.log.info('a token for Kafka can be had again');
      this.failure = undefined;
      this.pauseMs = LEAST_PAUSE_MS;
      this.hold(value, lifetimeMs);
      return value;
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.fetchedAtMs = performance.now();
    }
  }

  private hold(value: string, lifetimeMs: number | undefined): void {
    if (lifetimeMs === undefined) {
      this.held = undefined;
      return;
    }
    const unusedMs = Math.min(MOST_UNUSED_MS, lifetimeMs * UNUSED_AT_END);
    this.held = { value, usableUntilMs: performance.now() + lifetimeMs - unusedMs };
    // One that ends sooner is fetched when somebody needs it.
    if (lifetimeMs * RENEWED_AFTER >= LEAST_PAUSE_MS) this.renewIn(lifetimeMs * RENEWED_AFTER);
  }

  private failed(error: unknown): void {
    const isChange = this.trouble() !== messageForLog(error);
    this.failure = { error, untilMs: performance.now() + this.pauseMs };
    if (isChange) this.log.warn({ err: error }, 'no token for Kafka; trying again');
    // Without a token, whoever wants to connect asks again.
    if (this.held !== undefined) this.renewIn(this.pauseMs);
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }

  private renewIn(ms: number): void {
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => void this.renew().catch(() => undefined), Math.min(ms, LONGEST_TIMER_MS));
    this.renewal.unref();
  }
}

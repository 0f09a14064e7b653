import { TransientError } from '../failures/telling-errors.js';
import { TimeBudget } from './time-budget.js';

/** What the link needs of a client: node-redis' own, with whatever commands it was made with. */
export interface LinkedClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  ping(): Promise<unknown>;
  on(event: 'connect' | 'ready' | 'reconnecting' | 'error', listener: (error?: Error) => void): unknown;
}

export interface RedisLinkOptions<C extends LinkedClient> {
  /** Makes a client that is not connected yet, reconnects by itself, and refuses commands while it is not. */
  createClient: () => C;
  /** How long one command may take. */
  budgetMs: number;
  /** After this many failures in a row no command is sent any more. */
  failuresToOpen: number;
  /** How often a Redis that is down is tried, in the background. */
  retryEveryMs: number;
  /** Runs when Redis answers again, before the first command is let through. A rejection keeps the link down. */
  onAnswering: (client: C) => Promise<void>;
  /** Runs every `retryEveryMs` while the link is up. What it rejects with does not take the link down by itself. */
  onTick: (client: C) => Promise<unknown>;
  /**
   * The link went up, or down for the reason given. While it is down it is told again where another kind of reason
   * turns up (Redis is there, and does not let us in), each kind once.
   */
  onState: (state: LinkState, reason?: Error) => void;
}

export type LinkState = 'up' | 'down';

/** The link is down: nothing was sent. */
export class RedisDownError extends TransientError {
  override readonly name = 'RedisDownError';
}

/** A connection on which this many attempts in a row went unanswered is given up for a new one. */
const ATTEMPTS_PER_CONNECTION = 3;

/**
 * One connection to Redis behind a circuit breaker. It is up while Redis answers within the budget. After a few
 * failures in a row, or a lost connection, it is down: every command fails at once, and only the link itself tries
 * Redis again, so that no caller's request is ever the experiment.
 */
export class RedisLink<C extends LinkedClient> {
  private readonly budget: TimeBudget;
  private client: C | undefined;
  private current: LinkState = 'down';
  private reason: Error | undefined;
  private readonly reasonsTold = new Set<string>();
  private failuresInRow = 0;
  private unanswered = 0;
  private opened = 0;
  private tcpConnected = false;
  private trying = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: RedisLinkOptions<C>) {
    this.budget = new TimeBudget(options.budgetMs);
  }

  get state(): LinkState {
    return this.current;
  }

  /** Why the link is down, for people; undefined while it is up, and before anything was tried. */
  get detail(): string | undefined {
    return this.current === 'up' || this.reason === undefined ? undefined : textOf(this.reason);
  }

  /** How many connections were begun afresh because the one before was silent or had given up; the first included. */
  get connections(): number {
    return this.opened;
  }

  /** Starts connecting and returns at once; a Redis that is away is tried for as long as it takes. */
  connect(): void {
    if (this.timer !== undefined) return;
    // Runs for as long as the link is open: while it is up, a tick costs nothing.
    this.timer = setInterval(() => void this.tick(), this.options.retryEveryMs).unref();
    this.openClient();
  }

  /**
   * One command, within the budget.
   *
   * @throws RedisDownError at once, while the link is down
   * @throws BudgetSpentError no answer in time
   * @throws whatever `command` rejects with; it counts as a failure of Redis
   */
  async run<T>(command: (client: C) => Promise<T>): Promise<T> {
    const client = this.client;
    if (client === undefined || this.current === 'down') throw new RedisDownError('Redis is down');
    try {
      const answer = await this.budget.spend(command(client));
      this.failuresInRow = 0;
      return answer;
    } catch (error) {
      this.failuresInRow++;
      if (this.failuresInRow >= this.options.failuresToOpen && client === this.client)
        this.goDown(error as Error);
      throw error;
    }
  }

  /** Lets no command through until a later attempt succeeds. */
  skip(reason: Error): void {
    this.goDown(reason);
  }

  /** Lets no command through until Redis has answered again and `onAnswering` has run. */
  reopen(reason: Error): void {
    this.goDown(reason);
    void this.attempt();
  }

  /** Ends the connection; what is on its way is given up. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.closeClient();
    if (this.current === 'up') this.goDown(new RedisDownError('closed'));
  }

  private openClient(): void {
    const client = this.options.createClient();
    this.client = client;
    this.opened++;
    this.tcpConnected = false;
    this.unanswered = 0;
    // Events of a client that was given up must not speak for the one that replaced it.
    const whileCurrent = (react: (error?: Error) => void) => (error?: Error) => {
      if (this.client === client) react(error);
    };
    client.on(
      'connect',
      whileCurrent(() => (this.tcpConnected = true)),
    );
    client.on(
      'ready',
      whileCurrent(() => void this.attempt()),
    );
    client.on(
      'reconnecting',
      whileCurrent(() => (this.tcpConnected = false)),
    );
    client.on(
      'error',
      whileCurrent((error) => {
        if (!client.isReady) this.goDown(error);
      }),
    );
    // The errors come as events too. It ends only when the client gives up, and then the next attempt opens another.
    client.connect().catch(whileCurrent(() => this.closeClient()));
  }

  private closeClient(): void {
    const client = this.client;
    this.client = undefined;
    client?.destroy();
  }

  private goDown(reason: Error = new RedisDownError('Redis is down')): void {
    this.current = 'down';
    this.reason = reason;
    const kind = kindOf(reason);
    if (this.reasonsTold.has(kind)) return;
    this.reasonsTold.add(kind);
    this.options.onState('down', reason);
  }

  private goUp(): void {
    this.failuresInRow = 0;
    this.current = 'up';
    this.reasonsTold.clear();
    this.options.onState('up');
  }

  private async tick(): Promise<void> {
    const client = this.client;
    if (this.current === 'down' || client === undefined) return this.attempt();
    await this.budget.spend(this.options.onTick(client)).catch(() => undefined);
  }

  private async attempt(): Promise<void> {
    if (this.current === 'up' || this.trying || this.timer === undefined) return;
    const client = this.client;
    if (client === undefined) return this.openClient();
    this.trying = true;
    try {
      if (!client.isReady) {
        // Not connected: the client sees to it. Connected, but no answer to the first commands: that may last for ever.
        if (this.tcpConnected) this.unanswered++;
      } else {
        this.unanswered++;
        await this.budget.spend(client.ping());
        this.unanswered = 0;
        await this.options.onAnswering(client);
        if (client === this.client && client.isReady) this.goUp();
      }
    } catch (error) {
      if (client === this.client) this.goDown(error as Error);
    } finally {
      this.trying = false;
    }
    // A peer that vanished without a word leaves a connection that stays open for a quarter of an hour.
    if (this.unanswered >= ATTEMPTS_PER_CONNECTION && client === this.client && this.timer !== undefined) {
      this.closeClient();
      this.openClient();
    }
  }
}

/** Node has no message for an address that stands for several, none of which answered. */
function textOf(error: Error): string {
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

/** Redis' own errors begin with a word for their kind: NOAUTH, OOM. All others say that it is away. */
function kindOf(error: Error): string {
  return /^[A-Z]{2,}\b/.exec(error.message)?.[0] ?? 'away';
}

import { ConnectionFaultError } from '../connections/connection-fault.js';
import { messageForLog } from '../logging/error-record.js';
import {
  type ConnectionUser,
  type LinkedClient,
  type RedisConnection,
  RedisDownError,
} from './redis-connection.js';
import { TimeBudget } from './time-budget.js';

export interface RedisLinkOptions<C extends LinkedClient> {
  /** How long one command may take. */
  budgetMs: number;
  /** After this many failures in a row no command is sent any more. */
  failuresToOpen: number;
  /** Runs when Redis answers again, before the first command is let through. A rejection keeps the link down. */
  onAnswering: (client: C) => Promise<void>;
  /** Runs at every tick while the link is up. What it rejects with does not take the link down by itself. */
  onTick: (client: C) => Promise<unknown>;
  /**
   * The link went up, or down for the reason given. While it is down it is told again where another kind of reason
   * turns up (Redis is there, and does not let us in), each kind once.
   */
  onState: (state: LinkState, reason?: Error) => void;
}

export type LinkState = 'up' | 'down';

/**
 * One cache's circuit breaker on the shared connection. It is up while Redis answers this cache within the budget. After a
 * few failures in a row, or a lost connection, it is down: every command fails at once, and only the link itself tries
 * Redis again, so that no caller's request is ever the experiment. The links of other caches stay as they are.
 */
export class RedisLink<C extends LinkedClient> implements ConnectionUser {
  private readonly budget: TimeBudget;
  private current: LinkState = 'down';
  private reason: Error | undefined;
  private readonly reasonsTold = new Set<string>();
  private failuresInRow = 0;
  private trying = false;
  private closed = false;

  constructor(
    private readonly connection: RedisConnection<C>,
    private readonly options: RedisLinkOptions<C>,
  ) {
    this.budget = new TimeBudget(options.budgetMs);
    connection.add(this);
  }

  get state(): LinkState {
    return this.current;
  }

  /** Why the link is down, for people; undefined while it is up, and before anything was tried. */
  get detail(): string | undefined {
    return this.current === 'up' || this.reason === undefined ? undefined : textOf(this.reason);
  }

  /**
   * One command, within the budget.
   *
   * @throws RedisDownError at once, while the link is down
   * @throws BudgetSpentError no answer in time
   * @throws whatever `command` rejects with; it counts as a failure of Redis
   */
  async run<T>(command: (client: C) => Promise<T>): Promise<T> {
    const client = this.requireUp();
    try {
      const answer = await this.budget.spend(command(client));
      this.failuresInRow = 0;
      this.connection.noteAnswer(client);
      return answer;
    } catch (error) {
      this.failuresInRow++;
      if (this.failuresInRow >= this.options.failuresToOpen && client === this.connection.client)
        this.goDown(error as Error);
      throw error;
    }
  }

  /**
   * Work of several commands, which sees to its own time. What becomes of it says nothing of the link.
   *
   * @throws RedisDownError at once, while the link is down
   */
  async runLong<T>(work: (client: C) => Promise<T>): Promise<T> {
    return work(this.requireUp());
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

  /** Sends nothing from now on; the connection stays. */
  close(): void {
    this.connection.remove(this);
    this.current = 'down';
    this.closed = true;
  }

  onReady(): void {
    void this.attempt();
  }

  onLost(reason: Error): void {
    this.goDown(reason);
  }

  onTick(): void {
    void this.tick();
  }

  private requireUp(): C {
    const { client } = this.connection;
    if (client === undefined || this.current === 'down') throw new RedisDownError('Redis is down');
    return client;
  }

  private goDown(error: Error): void {
    if (this.closed) return;
    const reason = this.connection.explained(error);
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
    const { client } = this.connection;
    if (this.current === 'down' || client === undefined) return this.attempt();
    try {
      await this.budget.spend(this.options.onTick(client));
      this.connection.noteAnswer(client);
    } catch {
      // Nobody waits for it.
    }
  }

  private async attempt(): Promise<void> {
    const { client } = this.connection;
    if (this.current === 'up' || this.trying || this.closed || !client?.isReady) return;
    this.trying = true;
    try {
      await this.connection.ping();
      await this.options.onAnswering(client);
      if (client === this.connection.client && client.isReady && !this.closed) this.goUp();
    } catch (error) {
      if (client === this.connection.client) this.goDown(error as Error);
    } finally {
      this.trying = false;
    }
  }
}

/** Node has no message for an address that stands for several, none of which answered. */
function textOf(error: Error): string {
  return messageForLog(error) || (error as NodeJS.ErrnoException).code || error.name;
}

/**
 * What is wrong with the settings, an account or its rights is told by each line of its own: after one is mended, the next may
 * turn up. Redis' other errors begin with a word for their kind: OOM, LOADING. All else says that it is away.
 */
function kindOf(error: Error): string {
  if (error instanceof ConnectionFaultError && error.kind !== 'no route') return error.message;
  return /^[A-Z]{2,}\b/.exec(error.message)?.[0] ?? 'away';
}

import type { Database, Transaction } from '../../platform/database/database.js';
import { ROUNDS, type WalkSql } from './order-walk.sql.js';

/** How far a walk is, for all processes. */
export interface WalkState {
  /** Whether there are orders that nobody has looked at yet. */
  readonly isFilling: boolean;
  /** Orders received then and later have been looked at; null before the first. */
  readonly beforeReceivedAt: Date | null;
}

/** What was done in one step; undefined where there was nothing to do. */
export type WalkStep =
  { readonly looked: number; readonly filled: number; readonly isRoundOver: boolean } | undefined;

/** Looks through all orders for what those lack that were stored without it: a few at a time, from where any process has left off. */
export abstract class OrderWalk {
  constructor(
    protected readonly database: Database,
    private readonly sql: WalkSql,
  ) {}

  async state(): Promise<WalkState> {
    const rows = await this.database.source.query<{ rounds: number; beforeReceivedAt: Date | null }[]>(
      this.sql.readState,
    );
    const { rounds, beforeReceivedAt } = rows[0]!;
    return { isFilling: rounds === ROUNDS, beforeReceivedAt };
  }

  /** Some orders may lack it from now on: all have to be looked through. */
  async beginAnew(): Promise<void> {
    await this.database.source.query(this.sql.beginAnew);
  }

  /** Looks at the next `orders` orders. */
  step(orders: number): Promise<WalkStep> {
    return this.database.transaction(async (tx) => {
      const taken: unknown[] = await tx.query(this.sql.take);
      if (taken.length === 0) return undefined;
      const next: { orderUid: string }[] = await tx.query(this.sql.next, [orders]);
      const orderUids = next.map(({ orderUid }) => orderUid);
      const filled = orderUids.length === 0 ? 0 : await this.fill(tx, orderUids);
      const isRoundOver = next.length < orders;
      if (isRoundOver) await tx.query(this.sql.endRound);
      else await tx.query(this.sql.moveOn, [orderUids.at(-1)!]);
      return { looked: next.length, filled, isRoundOver };
    });
  }

  /** @returns how many of these orders have lacked it */
  protected abstract fill(tx: Transaction, orderUids: readonly string[]): Promise<number>;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Dice } from '../dice.js';
import { UserHistory } from './user-history.js';

/** The most that one statement, or one transaction, changes. */
const AT_ONCE = 8;

export interface UserWriterOptions {
  readonly client: Client;
  readonly dice: Dice;
  /** What the users are in the beginning, by id. */
  readonly messages: ReadonlyMap<string, string>;
}

/** Changes users by plain SQL, as another program would, and remembers what was committed when. */
export class UserWriter {
  readonly histories: ReadonlyMap<string, UserHistory>;
  private readonly userIds: readonly string[];
  /** Changes of a user that have been committed. */
  changes = 0;

  constructor(private readonly options: UserWriterOptions) {
    const { messages } = options;
    this.userIds = [...messages.keys()];
    this.histories = new Map([...messages].map(([userId, message]) => [userId, new UserHistory(message)]));
  }

  /** @param aSecond how many changes */
  async make(changes: number, aSecond: number): Promise<void> {
    const startedAtMs = performance.now();
    const last = this.changes + changes;
    while (this.changes < last) {
      await this.takeTurn();
      const dueMs = startedAtMs + ((this.changes - last + changes) / aSecond) * 1_000;
      await pause(Math.max(0, dueMs - performance.now()));
    }
  }

  private async takeTurn(): Promise<void> {
    const { dice } = this.options;
    const roll = dice.roll();
    if (roll < 0.6) await this.update([dice.pick(this.userIds)]);
    else if (roll < 0.75) await this.update(this.some());
    else if (roll < 0.9) await this.inTransaction(this.some());
    else await this.removeAndInsert(dice.pick(this.userIds));
  }

  private update(userIds: readonly string[]): Promise<void> {
    const message = `v${this.changes + 1}`;
    return this.commit(
      userIds.map((userId) => [userId, message]),
      () => this.upsert(userIds, message),
    );
  }

  /** Several statements, which are told of together when they are committed. */
  private inTransaction(userIds: readonly string[]): Promise<void> {
    const message = `v${this.changes + 1}`;
    return this.commit(
      userIds.map((userId) => [userId, message]),
      async () => {
        await this.sql('BEGIN');
        for (const userId of userIds) await this.upsert([userId], message);
        await this.sql('COMMIT');
      },
    );
  }

  private async removeAndInsert(userId: string): Promise<void> {
    await this.commit([[userId, undefined]], () =>
      this.sql('DELETE FROM promos.users WHERE user_id = $1', [userId]),
    );
    // It is asked for meanwhile, and known to be absent.
    await pause(this.options.dice.between(0, 20));
    await this.update([userId]);
  }

  private async commit(
    states: readonly (readonly [userId: string, message: string | undefined])[],
    write: () => Promise<unknown>,
  ): Promise<void> {
    const committed = states.map(([userId, message]) => this.histories.get(userId)!.becoming(message));
    await write();
    const atMs = performance.now();
    for (const tell of committed) tell(atMs);
    this.changes += states.length;
  }

  private some(): string[] {
    const { dice } = this.options;
    return [...new Set(Array.from({ length: AT_ONCE }, () => dice.pick(this.userIds)))];
  }

  private upsert(userIds: readonly string[], message: string): Promise<unknown> {
    return this.sql(
      `INSERT INTO promos.users (user_id, promo_message) SELECT unnest($1::varchar[]), $2
       ON CONFLICT (user_id) DO UPDATE SET promo_message = excluded.promo_message`,
      [userIds, message],
    );
  }

  private sql(statement: string, parameters: unknown[] = []): Promise<unknown> {
    return this.options.client.query(statement, parameters);
  }
}

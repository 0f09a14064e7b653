import { BatchedLookups } from '../../platform/database/batched-lookups.js';
import type { User } from '../model/user.js';
import type { UserRepository } from '../repository/user.repository.js';

const MAX_QUERIES = 2;
const IDS_A_QUERY = 500;

/** Look-ups in PostgreSQL, which share queries; it remembers whether PostgreSQL answers. */
export class PostgresUsers {
  private readonly lookups: BatchedLookups<User>;
  private failedAtMs = -Infinity;

  constructor(private readonly users: UserRepository) {
    this.lookups = new BatchedLookups({
      query: (userIds) => this.query(userIds),
      gathers: true,
      maxQueries: MAX_QUERIES,
      maxKeys: IDS_A_QUERY,
    });
  }

  /** Whether its last answer was none, so lately. */
  failedWithin(ms: number): boolean {
    return performance.now() - this.failedAtMs < ms;
  }

  /** @throws the signal's reason, and what PostgreSQL or the network says */
  async find(userId: string, signal: AbortSignal): Promise<User | undefined> {
    try {
      return await this.lookups.find(userId, signal);
    } catch (error) {
      if (signal.aborted) this.failedAtMs = performance.now();
      throw error;
    }
  }

  private async query(userIds: readonly string[]) {
    try {
      const found = await this.users.find(userIds);
      this.failedAtMs = -Infinity;
      return { values: new Map(found.map((user) => [user.user_id, user])), keys: userIds.length };
    } catch (error) {
      this.failedAtMs = performance.now();
      throw error;
    }
  }
}

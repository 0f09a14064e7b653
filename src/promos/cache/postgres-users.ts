import { BatchedLookups, type FoundValues } from '../../platform/database/batched-lookups.js';
import { mayWorkOnAnotherConnection } from '../../platform/database/query-failures.js';
import type { User } from '../model/user.js';
import { UserTooLargeError } from '../repository/user-too-large.error.js';
import type { FoundUsers, UserRepository } from '../repository/user.repository.js';

const MAX_QUERIES = 4;
const IDS_A_QUERY = 500;

/** What PostgreSQL has of an id. */
export interface StoredUser {
  /** undefined: nobody has the id */
  readonly user: User | undefined;
  /** Whether the primary has said so. What a standby says may be older than a change that was heard of already. */
  readonly isCurrent: boolean;
}

/** Look-ups in PostgreSQL, which share queries. */
export class PostgresUsers {
  private readonly lookups: BatchedLookups<StoredUser | UserTooLargeError>;

  constructor(private readonly users: UserRepository) {
    this.lookups = new BatchedLookups({
      query: (userIds) => this.query(userIds),
      gathers: true,
      maxQueries: MAX_QUERIES,
      maxKeys: IDS_A_QUERY,
      asksAgain: mayWorkOnAnotherConnection,
    });
  }

  /** @throws UserTooLargeError, the signal's reason, and what PostgreSQL or the network says */
  async find(userId: string, signal: AbortSignal): Promise<StoredUser> {
    // Each id that was asked for has a value.
    const found = (await this.lookups.find(userId, signal))!;
    if (found instanceof UserTooLargeError) throw found;
    return found;
  }

  private async query(userIds: readonly string[]): Promise<FoundValues<StoredUser | UserTooLargeError>> {
    const found = await this.users.find(userIds);
    return { values: valuesOf(userIds, found), keys: found.ids };
  }
}

function valuesOf(
  userIds: readonly string[],
  { users, tooLarge, isCurrent }: FoundUsers,
): Map<string, StoredUser | UserTooLargeError> {
  const values = new Map<string, StoredUser | UserTooLargeError>();
  for (const userId of userIds) values.set(userId, { user: undefined, isCurrent });
  for (const user of users) values.set(user.user_id, { user, isCurrent });
  for (const userId of tooLarge) values.set(userId, new UserTooLargeError(userId));
  return values;
}

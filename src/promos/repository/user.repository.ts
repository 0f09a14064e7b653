import { Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { meets, type UserCondition } from '../model/user-etag.js';
import type { UserReceipt } from '../model/user-receipt.js';
import type { User } from '../model/user.js';

/** By the primary key, one id after the other, however many rows there were when it was planned. */
const FIND = prepared(`
  SELECT found.user_id, found.deeplink, found.promo_message
    FROM unnest($1::varchar[]) AS asked (user_id),
         LATERAL (SELECT * FROM promos.users WHERE users.user_id = asked.user_id LIMIT 1) AS found`);

const LOCK = `SELECT user_id, deeplink, promo_message FROM promos.users WHERE user_id = $1 FOR UPDATE`;

/** What is so already is not written again. A row that was inserted has no `xmax`. */
const PUT = `
  INSERT INTO promos.users AS held (user_id, deeplink, promo_message) VALUES ($1, $2, $3)
  ON CONFLICT (user_id) DO UPDATE SET deeplink = EXCLUDED.deeplink, promo_message = EXCLUDED.promo_message
  WHERE (held.deeplink, held.promo_message) IS DISTINCT FROM (EXCLUDED.deeplink, EXCLUDED.promo_message)
  RETURNING xmax = 0 AS created`;

const UPDATE = `
  UPDATE promos.users SET deeplink = $2, promo_message = $3
  WHERE user_id = $1 AND (deeplink, promo_message) IS DISTINCT FROM ($2, $3)`;

const REMOVE = `
  WITH removed AS (DELETE FROM promos.users WHERE user_id = $1 RETURNING user_id)
  SELECT user_id FROM removed`;

const parametersOf = ({ user_id, deeplink, promo_message }: User): string[] => [
  user_id,
  deeplink,
  promo_message,
];

/** Users in PostgreSQL. Whatever asks it throws what PostgreSQL or the network says. */
@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  /** Of some ids those users that are there, in any order. */
  find(userIds: readonly string[]): Promise<User[]> {
    return this.database.source.query(FIND, [userIds]);
  }

  /** Has a user be so; with a condition only one that meets it. */
  put(user: User, condition?: UserCondition): Promise<UserReceipt> {
    return this.change(user.user_id, condition, async (tx) => {
      if (condition === undefined) {
        const [row]: { created: boolean }[] = await tx.query(PUT, parametersOf(user));
        return { outcome: row?.created ? 'created' : 'stored', user };
      }
      await tx.query(UPDATE, parametersOf(user));
      return { outcome: 'stored', user };
    });
  }

  /** Removes a user; with a condition only one that meets it. */
  remove(userId: string, condition?: UserCondition): Promise<UserReceipt> {
    return this.change(userId, condition, async (tx) => {
      const rows: unknown[] = await tx.query(REMOVE, [userId]);
      return { outcome: rows.length > 0 ? 'removed' : 'absent' };
    });
  }

  /**
   * With a condition the row is locked between the look at it and the change, so that of several with one ETag the first alone
   * is made. A row that somebody else has locked is not waited for long: look-ups share the connections.
   */
  private change(
    userId: string,
    condition: UserCondition | undefined,
    make: (tx: Transaction) => Promise<UserReceipt>,
  ): Promise<UserReceipt> {
    return this.database.transaction(
      async (tx) => {
        if (condition === undefined) return make(tx);
        const [user]: User[] = await tx.query(LOCK, [userId]);
        return meets(user, condition) ? make(tx) : { outcome: 'mismatched', user };
      },
      { lockMs: REQUEST_LOCK_MS },
    );
  }
}

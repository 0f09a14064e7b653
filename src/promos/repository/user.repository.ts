import { Inject, Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { answeredWithin } from '../../platform/database/answer-limits.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { meets, type UserCondition } from '../model/user-etag.js';
import type { UserReceipt } from '../model/user-receipt.js';
import type { User } from '../model/user.js';
import { UserTooLargeError } from './user-too-large.error.js';

/** Of an answer to look-ups, at least. Those that come meanwhile wait for its connection. */
const FIND_LIMIT_MS = 1_500;
/** Larger texts are read by another query: to sum them up costs half as much again as to find a user. */
const SMALL_TEXT_BYTES = 4_096;
/** Of the texts that are not small: so many are read at a time, and the user that makes them full is read too. */
const MAX_BYTES_A_QUERY = 4 * 1_024 * 1_024;
/** Of both texts of a user. What requests and files bring is 64 KiB at most, but the table takes any. */
const MAX_BYTES_A_USER = 16 * 1_024 * 1_024;
const TOO_LARGE_LINE_EVERY_MS = 10_000;

/** What `found` tells of some ids, and what server says so: there is always a row, which may be of no user. */
const find = (found: string): string =>
  answeredWithin(
    FIND_LIMIT_MS,
    prepared(`
      SELECT server.is_standby, found.*
        FROM (SELECT pg_is_in_recovery() AS is_standby) AS server LEFT JOIN (${found}) AS found ON true`),
  );

const textUpTo = (column: string, bytes: number): string =>
  `CASE WHEN octet_length(${column}) <= ${bytes} THEN ${column} END AS ${column}`;

/**
 * By the primary key, one id after the other, however many rows there were when it was planned. PostgreSQL knows how long a
 * text is without reading it.
 */
const FIND_SMALL = find(`
  SELECT stored.*
    FROM unnest($1::varchar[]) AS asked (user_id),
         LATERAL (
           SELECT user_id, ${textUpTo('deeplink', SMALL_TEXT_BYTES)}, ${textUpTo('promo_message', SMALL_TEXT_BYTES)}
             FROM promos.users WHERE users.user_id = asked.user_id LIMIT 1
         ) AS stored`);

/**
 * The same in the order of the ids, up to the user that makes {@link MAX_BYTES_A_QUERY} full, which alone has its `place` in
 * the list, from 1 on. One that is too large has no texts. As float8 the sum neither overflows nor becomes numeric.
 */
const FIND_LARGE = find(`
  SELECT CASE WHEN bytes_to_here >= ${MAX_BYTES_A_QUERY} THEN place END AS place, user_id,
         CASE WHEN bytes <= ${MAX_BYTES_A_USER} THEN deeplink END AS deeplink,
         CASE WHEN bytes <= ${MAX_BYTES_A_USER} THEN promo_message END AS promo_message
    FROM (
      SELECT asked.place, stored.*,
             sum(stored.bytes) OVER (ORDER BY asked.place ROWS UNBOUNDED PRECEDING) AS bytes_to_here
        FROM unnest($1::varchar[]) WITH ORDINALITY AS asked (user_id, place),
             LATERAL (
               SELECT *, octet_length(deeplink)::float8 + octet_length(promo_message) AS bytes
                 FROM promos.users WHERE users.user_id = asked.user_id LIMIT 1
             ) AS stored
    ) AS summed
   WHERE bytes_to_here - bytes < ${MAX_BYTES_A_QUERY}`);

const LOCK = `
  SELECT user_id, ${textUpTo('deeplink', MAX_BYTES_A_USER)}, ${textUpTo('promo_message', MAX_BYTES_A_USER)}
    FROM promos.users WHERE user_id = $1 FOR UPDATE`;

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

/** What there is of some ids. */
export interface FoundUsers {
  /** In any order; some may be of ids beyond {@link ids}. */
  readonly users: readonly User[];
  /** Ids of users that are there and were not read, since their texts are too large. */
  readonly tooLarge: readonly string[];
  /** How many of the ids, from the first on, it is of; at least one. */
  readonly ids: number;
  /** Whether the primary was asked. A standby may lag behind. */
  readonly isCurrent: boolean;
}

interface FoundRow {
  readonly is_standby: boolean;
  readonly user_id: string | null;
  readonly deeplink: string | null;
  readonly promo_message: string | null;
}

interface LargeRow extends FoundRow {
  readonly place: number | null;
}

/** Users in PostgreSQL. Whatever asks it throws what PostgreSQL or the network says. */
@Injectable()
export class UserRepository {
  private saidTooLargeAtMs = -Infinity;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Has look-ups wait for their answer for so long, where that is longer than they would. */
  waitAtLeast(ms: number): void {
    for (const statement of [FIND_SMALL, FIND_LARGE]) answeredWithin(Math.max(ms, FIND_LIMIT_MS), statement);
  }

  /** Of some ids those users that are there. */
  async find(userIds: readonly string[]): Promise<FoundUsers> {
    const rows = await this.database.source.query<FoundRow[]>(FIND_SMALL, [userIds]);
    const { users, others: unordered } = usersOf(rows);
    const found = { users, tooLarge: [], ids: userIds.length, isCurrent: !rows[0]!.is_standby };
    if (unordered.length === 0) return found;
    const others = [...new Set(userIds)].filter((userId) => unordered.includes(userId));
    const large = await this.findLarge(others);
    const next = others[large.ids];
    return {
      users: [...users, ...large.users],
      tooLarge: large.tooLarge,
      ids: next === undefined ? userIds.length : userIds.indexOf(next),
      isCurrent: found.isCurrent && large.isCurrent,
    };
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
        const rows = await tx.query<FoundRow[]>(LOCK, [userId]);
        const {
          users: [user],
          others,
        } = usersOf(rows);
        if (others.length > 0) throw new UserTooLargeError(userId);
        return meets(user, condition) ? make(tx) : { outcome: 'mismatched', user };
      },
      { lockMs: REQUEST_LOCK_MS },
    );
  }

  private async findLarge(userIds: readonly string[]): Promise<FoundUsers> {
    const rows = await this.database.source.query<LargeRow[]>(FIND_LARGE, [userIds]);
    const { users, others: tooLarge } = usersOf(rows);
    if (tooLarge.length > 0) this.sayTooLarge(tooLarge[0]!);
    return {
      users,
      tooLarge,
      ids: rows.find(({ place }) => place !== null)?.place ?? userIds.length,
      isCurrent: !rows[0]!.is_standby,
    };
  }

  private sayTooLarge(userId: string): void {
    const now = performance.now();
    if (now - this.saidTooLargeAtMs < TOO_LARGE_LINE_EVERY_MS) return;
    this.saidTooLargeAtMs = now;
    this.log.error({ userId, maxBytes: MAX_BYTES_A_USER }, 'the texts of a user are too large to be read');
  }
}

/** Users with their texts, and the ids of those without, each once. */
function usersOf(rows: readonly FoundRow[]): { users: User[]; others: string[] } {
  const users: User[] = [];
  const others = new Set<string>();
  for (const { user_id, deeplink, promo_message } of rows) {
    if (user_id === null) continue;
    if (deeplink === null || promo_message === null) others.add(user_id);
    else users.push({ user_id, deeplink, promo_message });
  }
  return { users, others: [...others] };
}

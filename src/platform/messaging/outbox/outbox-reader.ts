import type { Environment } from '../../config/environment.js';
import type { Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';
import type { OutboxMessage } from '../outgoing-message.js';
import { type ExactParts, withExactParts } from './exact-parts.js';
import { IDS, idsFrom } from './outbox.js';
import type { RecentMessages } from './recent-messages.js';

/** A batch ends at this size: dead letters can have 1 MiB each, and the whole batch is in memory. */
const ENOUGH_BYTES = 16 * 1_048_576;
/** Fewer than these are not worth leaving the others for the next batch. */
const ENOUGH_RECENT = 200;

const OLDEST_IDS = prepared(
  `SELECT ${IDS} AS ids FROM (SELECT id FROM outbox ORDER BY id LIMIT $1) AS first`,
);

/** @param rows a query for rows of the outbox that has `$1` as its limit; `$2` is {@link ENOUGH_BYTES} */
const reading = (rows: string): string => `
  SELECT id, topic, aggregateid AS key, headers, payload AS value, exact,
         (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us
  FROM (SELECT *, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before
        FROM (SELECT *, octet_length(payload) + coalesce(octet_length(exact::text), 0) AS bytes
              FROM (${rows}) AS oldest) AS measured) AS first
  WHERE bytes_before < $2
  ORDER BY id`;

const READ_OLDEST = prepared(reading('SELECT * FROM outbox ORDER BY id LIMIT $1'));

const READ_OLDEST_OF = prepared(reading('SELECT * FROM outbox WHERE topic = $3 ORDER BY id LIMIT $1'));

/**
 * What stands behind a million messages of a topic that is held is found by the index of topics: first which topics there
 * are, a look at the index for each, and then the oldest of each that is not held.
 */
const READ_OLDEST_BUT = prepared(
  reading(`
    WITH RECURSIVE present(topic) AS (
      (SELECT topic FROM outbox ORDER BY topic LIMIT 1)
      UNION ALL
      SELECT (SELECT o.topic FROM outbox o WHERE o.topic > present.topic ORDER BY o.topic LIMIT 1)
      FROM present WHERE present.topic IS NOT NULL
    )
    SELECT rows.*
    FROM present CROSS JOIN LATERAL (
      SELECT * FROM outbox o WHERE o.topic = present.topic ORDER BY o.id LIMIT $1
    ) AS rows
    WHERE present.topic <> ALL ($3::text[])
    ORDER BY rows.id LIMIT $1`),
);

interface OutboxRow {
  id: number;
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
  exact: ExactParts | null;
  created_at_us: number;
}

/** Reads the messages to be published next. */
export class OutboxReader {
  constructor(
    private readonly environment: Environment,
    private readonly recent: RecentMessages,
  ) {}

  /**
   * The oldest messages, from memory when this process has put in all of them, or many.
   *
   * @param heldTopics whose messages are left where they are
   */
  async oldest(tx: Transaction, heldTopics: readonly string[]): Promise<readonly OutboxMessage[]> {
    const most = this.environment.RELAY_BATCH_MAX_MESSAGES;
    if (heldTopics.length > 0) {
      return messagesOf(await tx.query(READ_OLDEST_BUT, [most, ENOUGH_BYTES, heldTopics]));
    }
    if (!this.recent.isEmpty) {
      const [oldest]: { ids: string | null }[] = await tx.query(OLDEST_IDS, [most]);
      const ids = idsFrom(oldest!.ids);
      const messages = this.recent.firstOf(ids);
      if (messages.length === ids.length || messages.length >= ENOUGH_RECENT) return messages;
    }
    return messagesOf(await tx.query(READ_OLDEST, [most, ENOUGH_BYTES]));
  }

  /** Whether a batch has as many messages as one may have. */
  isFull(messages: readonly OutboxMessage[]): boolean {
    return messages.length >= this.environment.RELAY_BATCH_MAX_MESSAGES;
  }

  async oldestOf(tx: Transaction, topic: string): Promise<readonly OutboxMessage[]> {
    const most = this.environment.RELAY_BATCH_MAX_MESSAGES;
    return messagesOf(await tx.query(READ_OLDEST_OF, [most, ENOUGH_BYTES, topic]));
  }
}

function messagesOf(rows: readonly OutboxRow[]): OutboxMessage[] {
  return rows.map(({ created_at_us: createdAtUs, exact, ...row }) => {
    const message = { ...row, createdAtMs: createdAtUs / 1_000 };
    return exact === null ? message : withExactParts(message, exact);
  });
}

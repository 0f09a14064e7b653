import { BatchTable, BYTEA, column, INT64, JSONB, TEXT, TIMESTAMPTZ } from '../../database/batch-table.js';
import type { Database, Transaction } from '../../database/database.js';
import { type HeaderJson, headersFromJson, headersToJson } from '../event-headers.js';
import type { ReceivedEvent } from '../received-event.js';

/** Each topic has one. */
export const LOOPBACK_PARTITION = 0;

const MICROSECONDS = 1_000;

const BACKLOG = new BatchTable<ReceivedEvent>('loopback_backlog', [
  column('context', TEXT, ({ context }) => context),
  column('topic', TEXT, ({ topic }) => topic),
  column('message_id', INT64, ({ offset }) => BigInt(offset)),
  column('created_at', TIMESTAMPTZ, ({ timestampMs }) => BigInt(Math.round(timestampMs * MICROSECONDS))),
  column('key', BYTEA, ({ key }) => key ?? undefined),
  column('value', BYTEA, ({ value }) => value ?? undefined),
  column('headers', JSONB, ({ headers }) => JSON.stringify(headersToJson(headers))),
]);

const COLUMNS = BACKLOG.columnNames.join(', ');

/** The relay offers a message again when its transaction was rolled back, so a row may be there already. */
const KEEP = `
  INSERT INTO loopback_backlog (${COLUMNS}) SELECT ${COLUMNS} FROM ${BACKLOG.unnested('e')} ORDER BY e.place
  ON CONFLICT DO NOTHING`;

/** What stands before an event in bytes ends a read, but for the first. */
const READ_OLDEST = `
  SELECT message_id, key, value, headers, (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us
  FROM (SELECT *, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY message_id)
                  - coalesce(octet_length(value), 0) AS bytes_before
        FROM (SELECT * FROM loopback_backlog WHERE context = $1 AND topic = $2
              ORDER BY message_id LIMIT $3) AS oldest) AS first
  WHERE bytes_before < $4
  ORDER BY message_id`;

const FORGET = `
  WITH forgotten AS (
    DELETE FROM loopback_backlog WHERE context = $1 AND topic = $2 AND message_id = ANY ($3::bigint[]) RETURNING 1
  )
  SELECT count(*)::int AS count FROM forgotten`;

/** A look at the index for each owner, however long the backlogs are. */
const WITH_BACKLOG = `
  SELECT o.context, o.topic
  FROM unnest($1::text[], $2::text[]) AS o(context, topic)
  WHERE EXISTS (SELECT FROM loopback_backlog b WHERE b.context = o.context AND b.topic = o.topic)`;

interface Row {
  message_id: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly HeaderJson[];
  created_at_us: number;
}

/** The context and topic that a backlog belongs to. */
export interface BacklogOwner {
  readonly context: string;
  readonly topic: string;
}

/**
 * Events of contexts that could not do them at once. On the loopback the outbox row is an event's only copy: without
 * this, one context that waits would hold up all that stands in the outbox.
 */
export class LoopbackBacklog {
  constructor(private readonly database: Database) {}

  /** @returns the owners that have a backlog */
  async having(owners: readonly BacklogOwner[], tx?: Transaction): Promise<BacklogOwner[]> {
    return (tx ?? this.database.source).query(WITH_BACKLOG, [
      owners.map(({ context }) => context),
      owners.map(({ topic }) => topic),
    ]);
  }

  /** Keeps events of one context and topic. */
  async keep(tx: Transaction, events: readonly ReceivedEvent[]): Promise<void> {
    await tx.query(KEEP, BACKLOG.arraysOf(events));
  }

  async oldest(
    { context, topic }: BacklogOwner,
    maxEvents: number,
    maxBytes: number,
  ): Promise<ReceivedEvent[]> {
    const rows: Row[] = await this.database.source.query(READ_OLDEST, [context, topic, maxEvents, maxBytes]);
    return rows.map(({ message_id: offset, key, value, headers, created_at_us: createdAtUs }) => ({
      context,
      topic,
      partition: LOOPBACK_PARTITION,
      offset,
      timestampMs: createdAtUs / MICROSECONDS,
      key,
      value,
      headers: headersFromJson(headers),
    }));
  }

  /** @returns how many of them were there */
  async forget({ context, topic }: BacklogOwner, events: readonly ReceivedEvent[]): Promise<number> {
    const offsets = events.map(({ offset }) => offset);
    const [row]: { count: number }[] = await this.database.source.query(FORGET, [context, topic, offsets]);
    return row!.count;
  }
}

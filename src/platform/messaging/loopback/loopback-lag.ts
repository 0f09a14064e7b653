import type { Database } from '../../database/database.js';
import type { ConsumerLag } from '../consumer-lag.js';
import type { BacklogOwner } from './backlog.js';

/** Counting millions at every scrape would only add to what holds them up. */
const MOST_COUNTED = 10_000;

/** What the relay has not handed over yet, and what a context has in its backlog. Both are read by their indexes. */
const LAGS = `
  SELECT o.context, o.topic, waiting.messages + backlog.messages AS messages,
         extract(epoch FROM clock_timestamp() - least(waiting.since, backlog.since))::float8 AS seconds
  FROM unnest($1::text[], $2::text[]) AS o(context, topic)
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS messages, min(created_at) AS since
    FROM (SELECT created_at FROM outbox WHERE outbox.topic = o.topic ORDER BY id LIMIT $3) AS counted
  ) AS waiting
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS messages, min(created_at) AS since
    FROM (SELECT created_at FROM loopback_backlog b WHERE b.context = o.context AND b.topic = o.topic
          ORDER BY message_id LIMIT $3) AS counted
  ) AS backlog`;

/** How far contexts are behind where there is no Kafka; counted up to 10,000 in each of the two tables. */
export async function loopbackLags(
  database: Database,
  owners: readonly BacklogOwner[],
): Promise<readonly ConsumerLag[]> {
  if (!database.isOpen || owners.length === 0) return [];
  const rows: { context: string; topic: string; messages: number; seconds: number | null }[] =
    await database.source.query(LAGS, [
      owners.map(({ context }) => context),
      owners.map(({ topic }) => topic),
      MOST_COUNTED,
    ]);
  // A message of a transaction that has just been committed may be dated later than the look at it.
  return rows.map(({ seconds, ...lag }) => ({ ...lag, seconds: Math.max(0, seconds ?? 0) }));
}

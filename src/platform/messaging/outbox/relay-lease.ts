import type pg from 'pg';
import type { Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';

/** Any number that no one else uses; all replicas must agree on it. */
const RELAY_LEASE = 0x5a11_0002;
/** How long a batch may be with the receiver while its rows are held. A frozen relay loses its lease after it. */
const PUBLISH_TIMEOUT_MS = 120_000;

/** Of the locks that topics have, one each: no two processes send to a topic at a time, though each may hold it back. */
const TOPIC_LOCKS = 0x5a11;

/** In one statement, since each round trip of the relay waits for its turn beside the batches that come in. */
const TAKE_LEASE = prepared(`
  WITH lease AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($1) AS held)
  SELECT lease.held,
         set_config('idle_in_transaction_session_timeout', $2, true),
         ARRAY(SELECT topic FROM unnest($3::text[]) AS topic
               WHERE CASE WHEN lease.held THEN NOT pg_try_advisory_xact_lock(${TOPIC_LOCKS}, hashtext(topic))
                          ELSE false END) AS busy
  FROM lease`);

const TAKE_TOPIC = prepared(`
  SELECT pg_try_advisory_xact_lock(${TOPIC_LOCKS}, hashtext($1)) AS held,
         set_config('idle_in_transaction_session_timeout', $2, true)`);

/** A lock on one bigint is shown as its two halves, with objsubid 1. */
const LEASE_HOLDERS = `
  SELECT count(*)::int AS holders
  FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * The right to send what is in the outbox, for this transaction.
 *
 * @param topics to be sent to
 * @returns those of the topics that another process is sending to, all by itself; undefined when another has the right
 */
export async function takeLease(tx: Transaction, topics: readonly string[]): Promise<string[] | undefined> {
  const [row]: { held: boolean; busy: string[] }[] = await tx.query(TAKE_LEASE, [
    RELAY_LEASE,
    String(PUBLISH_TIMEOUT_MS),
    topics,
  ]);
  return row?.held === true ? row.busy : undefined;
}

/** The right to send to one topic, for this transaction. False: another one has it. */
export async function takeTopic(tx: Transaction, topic: string): Promise<boolean> {
  const [row]: { held: boolean }[] = await tx.query(TAKE_TOPIC, [topic, String(PUBLISH_TIMEOUT_MS)]);
  return row!.held;
}

/** Whether any session at all has it. */
export async function leaseIsHeld(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ holders: number }>(LEASE_HOLDERS, [RELAY_LEASE]);
  return rows[0]!.holders > 0;
}

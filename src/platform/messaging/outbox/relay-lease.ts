import type pg from 'pg';
import type { Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';

/** Any number that no one else uses; all replicas must agree on it. */
const RELAY_LEASE = 0x5a11_0002;
/** How long a batch may be with the receiver while its rows are held. A frozen relay loses its lease after it. */
const PUBLISH_TIMEOUT_MS = 120_000;

/** In one statement, since each round trip of the relay waits for its turn beside the batches that come in. */
const TAKE_LEASE = prepared(`
  SELECT pg_try_advisory_xact_lock($1) AS held,
         set_config('idle_in_transaction_session_timeout', $2, true)`);

/** A lock on one bigint is shown as its two halves, with objsubid 1. */
const LEASE_HOLDERS = `
  SELECT count(*)::int AS holders
  FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** The right to send what is in the outbox, for this transaction. False: another one has it. */
export async function takeLease(tx: Transaction): Promise<boolean> {
  const [row]: { held: boolean }[] = await tx.query(TAKE_LEASE, [RELAY_LEASE, String(PUBLISH_TIMEOUT_MS)]);
  return row?.held ?? false;
}

/** Whether any session at all has it. */
export async function leaseIsHeld(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ holders: number }>(LEASE_HOLDERS, [RELAY_LEASE]);
  return rows[0]!.holders > 0;
}

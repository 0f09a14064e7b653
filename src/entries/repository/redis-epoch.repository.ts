import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import {
  changeNews,
  type EntryChange,
  epochNews,
  forgottenNews,
  NEWS_CHANNEL,
  settledNews,
} from '../model/entry-news.js';
import type { SettledWrite } from '../model/queued-write.js';

/** The first number of the advisory locks that users of Redis hold; the second is the id of their row. */
const LOCK_CLASS = 0x5a11_0e01;

/** Later than any epoch before, also of a database that was put back to an older state. */
const raised = (condition: string): string => `
  UPDATE entries.redis_epoch
     SET epoch = greatest(epoch + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint), is_left = false
   WHERE ${condition} RETURNING epoch`;

const TELL_ALL = prepared(`SELECT pg_notify('${NEWS_CHANNEL}', news) FROM unnest($1::text[]) AS news`);

/** Of whoever holds no lock any more, or of a lock that was lost, the row is still there. */
const REMOVE_DEAD = `
  WITH dead AS (DELETE FROM entries.redis_users WHERE pg_try_advisory_xact_lock(${LOCK_CLASS}, id) RETURNING 1)
  SELECT count(*)::int AS dead FROM dead`;

/**
 * What the keys of entries in Redis begin with: a number, which is raised when something there may be older than what
 * PostgreSQL has. Throws what PostgreSQL or the network says.
 */
@Injectable()
export class RedisEpochRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes a process known as one that uses Redis, for as long as a connection stands.
   *
   * @param client that it hears of changes on
   * @returns its id
   */
  async join(client: pg.Client): Promise<number> {
    // The row is seen by nobody before its lock is held.
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: number }>(
      'INSERT INTO entries.redis_users DEFAULT VALUES RETURNING id',
    );
    const { id } = rows[0]!;
    await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_CLASS, id]);
    await client.query('COMMIT');
    return id;
  }

  /** To be called once nothing is written to Redis any more: what stands there is good. */
  async leave(id: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(
        'DELETE FROM entries.redis_users WHERE id = $1 RETURNING 1',
        [id],
      );
      if (rows.length > 0) await tx.query('UPDATE entries.redis_epoch SET is_left = true WHERE NOT is_left');
    });
  }

  /** Raises the epoch where a process has ended, or was cut off, without having left. @returns the epoch */
  async removeDead(): Promise<number> {
    return this.database.transaction(async (tx) => {
      // Who comes second learns of what the first has found.
      await tx.query('SELECT FROM entries.redis_epoch FOR UPDATE');
      const [row] = await tx.query<{ dead: number }[]>(REMOVE_DEAD);
      return row!.dead > 0 ? this.raiseIn(tx) : this.epochIn(tx);
    });
  }

  /** @param runId of the server that answers; undefined where it does not tell. @returns the epoch, raised for another server */
  async useServer(runId: string | undefined): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(
        'UPDATE entries.redis_epoch SET run_id = $1 WHERE run_id IS DISTINCT FROM $1 OR $1 IS NULL RETURNING 1',
        [runId ?? null],
      );
      return rows.length > 0 ? this.raiseIn(tx) : this.epochIn(tx);
    });
  }

  /** What stands in Redis may be outdated. @returns the new epoch */
  raise(): Promise<number> {
    return this.database.transaction((tx) => this.raiseIn(tx));
  }

  /**
   * The same for writes that Redis does not get, in their transaction.
   *
   * @returns the new epoch; undefined where nothing stands in Redis that could be outdated
   */
  raiseForMissed(tx: Transaction): Promise<number | undefined> {
    return this.raiseWhere(tx, 'is_left OR EXISTS (SELECT FROM entries.redis_users)');
  }

  /** Says in the transaction of some changes, once it is committed, what has changed, and which writes wait no more. */
  async tell(
    tx: Transaction,
    changes: readonly EntryChange[],
    settled: readonly SettledWrite[],
  ): Promise<void> {
    await tx.query(TELL_ALL, [[...changeNews(changes), ...settledNews(settled)]]);
  }

  /** Says in the transaction in which tombstones are forgotten, once it is committed, of which keys. */
  async tellForgotten(tx: Transaction, storageKeys: readonly string[]): Promise<void> {
    await tx.query(TELL_ALL, [forgottenNews(storageKeys)]);
  }

  private async raiseIn(tx: Transaction): Promise<number> {
    return (await this.raiseWhere(tx, 'true'))!;
  }

  private async raiseWhere(tx: Transaction, condition: string): Promise<number | undefined> {
    const [rows] = await tx.query<[{ epoch: number }[], number]>(raised(condition));
    const epoch = rows[0]?.epoch;
    if (epoch !== undefined) await tx.query(TELL_ALL, [[epochNews(epoch)]]);
    return epoch;
  }

  private async epochIn(tx: Transaction): Promise<number> {
    const [row] = await tx.query<{ epoch: number }[]>('SELECT epoch FROM entries.redis_epoch');
    return row!.epoch;
  }
}

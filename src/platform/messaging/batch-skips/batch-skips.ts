import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';

/** Offsets of a partition, the last one among them. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/**
 * Undecodable batches that an operator has asked to skip. Only members of an active group can commit its offsets, so the
 * operator's command leaves a note, and the member with the partition, of each context that reads the topic, follows it.
 * A topic that is deleted and created again has the same offsets, so a note is valid for a day.
 */
@Injectable()
export class BatchSkips {
  constructor(private readonly database: Database) {}

  /** Asks to skip the batch that holds an offset, if it turns out that it cannot be decoded. */
  async ask(topic: string, partition: number, offset: number): Promise<void> {
    await this.database.source.query(
      `INSERT INTO batch_skips (topic, partition, "offset") VALUES ($1, $2, $3)
       ON CONFLICT (topic, partition, "offset") DO UPDATE SET asked_at = now()`,
      [topic, partition, offset],
    );
  }

  async isAskedFor({ topic, partition, firstOffset, lastOffset }: OffsetRange): Promise<boolean> {
    const asked: unknown[] = await this.database.source.query(
      `SELECT FROM batch_skips
       WHERE topic = $1 AND partition = $2 AND "offset" BETWEEN $3 AND $4 AND asked_at > now() - interval '1 day'
       LIMIT 1`,
      [topic, partition, firstOffset, lastOffset],
    );
    return asked.length > 0;
  }

  /** Deletes a note that every reader of the topic has followed, and all expired ones. */
  async followed(
    { topic, partition, firstOffset, lastOffset }: OffsetRange,
    isOnlyReader: boolean,
  ): Promise<void> {
    await this.database.source.query(
      `DELETE FROM batch_skips
       WHERE asked_at <= now() - interval '1 day'
          OR ($5 AND topic = $1 AND partition = $2 AND "offset" BETWEEN $3 AND $4)`,
      [topic, partition, firstOffset, lastOffset, isOnlyReader],
    );
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Lengths of time of the same size, one behind the other. */
export interface Buckets {
  /** Milliseconds since the Unix epoch. */
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly count: number;
}

/** By the index on the time; of an event that failed again its letter is counted once. */
const COUNT = `
  SELECT width_bucket(
           extract(epoch FROM created_at)::float8,
           $1::float8, $1::float8 + $2::float8 * $3::int, $3::int) AS bucket,
         count(*)::int AS letters
  FROM dead_letters
  WHERE created_at >= to_timestamp($1::float8) AND created_at < to_timestamp($1::float8 + $2::float8 * $3::int)
  GROUP BY bucket`;

/** How many events became dead letters lately, those of all contexts and processes; discarded ones are not among them. */
@Injectable()
export class RecentLetters {
  constructor(private readonly database: Database) {}

  /** @returns one figure for each bucket. @throws what the database says */
  async counts({ fromMs, lengthMs, count }: Buckets): Promise<number[]> {
    const rows = await this.database.source.query<{ bucket: number; letters: number }[]>(COUNT, [
      fromMs / 1_000,
      lengthMs / 1_000,
      count,
    ]);
    const figures = Array.from({ length: count }, () => 0);
    for (const { bucket, letters } of rows) figures[bucket - 1] = letters;
    return figures;
  }
}

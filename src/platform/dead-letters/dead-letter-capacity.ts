import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Database, type Transaction } from '../database/database.js';
import { observeGauge } from '../metrics/observed-gauge.js';
import { TransientError } from '../failures/classified-errors.js';

/** How long a measured size is reused: a flood brings many batches a second. */
const BELIEVED_MS = 2_000;

/** The size of the table's files: cheap to read, but it does not shrink when letters are deleted. */
const FILE_BYTES = `SELECT pg_total_relation_size('dead_letters')::float8 AS bytes`;
/** The size of the letters themselves; reads every row, but not the values. */
const LETTER_BYTES = `
  SELECT coalesce(sum(200 + octet_length(reason) + coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                      + coalesce(octet_length(edited_value), 0) + pg_column_size(headers) + coalesce(pg_column_size(header_list), 0)), 0)::float8 AS bytes
  FROM dead_letters`;

/** The dead letters are full until some are discarded. Nothing is lost: refused events wait in their topic. */
export class DeadLettersFullError extends TransientError {
  constructor(maxBytes: number) {
    super(`the dead letters take all of DEAD_LETTERS_MAX_BYTES (${maxBytes}): discard some, or raise it`);
    this.name = 'DeadLettersFullError';
  }
}

/** Bounds the size of the dead letters: a sender of invalid events alone would fill the disk that the orders need. */
@Injectable()
export class DeadLetterCapacity implements OnModuleInit {
  private readonly maxBytes: number;
  private known: { bytes: number; untilMs: number } | undefined;

  constructor(
    private readonly database: Database,
    { DEAD_LETTERS_MAX_BYTES }: Environment,
  ) {
    this.maxBytes = DEAD_LETTERS_MAX_BYTES;
  }

  onModuleInit(): void {
    observeGauge(
      'waybill_dead_letters_filled_ratio',
      'Share of DEAD_LETTERS_MAX_BYTES that the dead letters take, 0 to 1. Look before it reaches 1: refused events then wait in their topic',
      async () =>
        this.database.isOpen ? (await this.bytes(this.database.source.manager)) / this.maxBytes : undefined,
    );
  }

  /** @throws DeadLettersFullError when the capacity is used up; it is transient, so the batch is retried */
  async require(tx: Transaction): Promise<void> {
    const now = Date.now();
    if (this.known === undefined || this.known.untilMs < now) {
      this.known = { bytes: await this.bytes(tx), untilMs: now + BELIEVED_MS };
    }
    if (this.known.bytes >= this.maxBytes) throw new DeadLettersFullError(this.maxBytes);
  }

  private async bytes(tx: Transaction): Promise<number> {
    const [files]: { bytes: number }[] = await tx.query(FILE_BYTES);
    if (files!.bytes < this.maxBytes) return files!.bytes;
    const [letters]: { bytes: number }[] = await tx.query(LETTER_BYTES);
    return letters!.bytes;
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Database, type Transaction } from '../database/database.js';
import { observeGauge } from '../metrics/observed-gauge.js';
import { TransientError } from '../failures/classified-errors.js';

/** As long as that a figure is believed: a flood brings many batches a second. */
const BELIEVED_MS = 2_000;

/** The files of the table, which tell at once, and do not shrink when letters go. */
const FILE_BYTES = `SELECT pg_total_relation_size('dead_letters')::float8 AS bytes`;
/** What the letters themselves take; all of them are read for it, but not their values. */
const LETTER_BYTES = `
  SELECT coalesce(sum(200 + octet_length(reason) + coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                      + pg_column_size(headers) + coalesce(pg_column_size(header_list), 0)), 0)::float8 AS bytes
  FROM dead_letters`;

/** There is no room for more letters until some are discarded. Nothing is lost: the events stay where they are. */
export class DeadLettersFullError extends TransientError {
  constructor(maxBytes: number) {
    super(`the dead letters take all of DEAD_LETTERS_MAX_BYTES (${maxBytes}): discard some, or raise it`);
    this.name = 'DeadLettersFullError';
  }
}

/** Bounds what dead letters take: a sender of nothing but poison would fill the disk that the orders need. */
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
      'What the dead letters take of DEAD_LETTERS_MAX_BYTES; at 1, events that are refused wait in their topic',
      async () =>
        this.database.isOpen ? (await this.bytes(this.database.source.manager)) / this.maxBytes : undefined,
    );
  }

  /** @throws DeadLettersFullError when there is no room, which is transient: the batch is tried again */
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

import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Database } from '../database/database.js';
import { ProblemError } from './problem.js';

/** An answer that can be given again, to the letter. */
export interface RepeatableAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As text: PostgreSQL keeps the fields of a jsonb object in an order of its own. */
  readonly body: string;
}

/** How long a request may be under way before another with its key may take over from it. */
const LOCK_SECONDS = 30;
const KEPT_HOURS = 24;
const CLEAN_UP_EVERY_MS = 600_000;
const MAX_KEY_CHARACTERS = 255;
const RETRY_AFTER_SECONDS = '1';

/** Takes a key that is free, that has expired, or whose holder has let its time run out. */
const CLAIM = `
  INSERT INTO idempotency_keys AS k (key, fingerprint, locked_until)
  VALUES ($1, decode($2, 'hex'), now() + make_interval(secs => $3))
  ON CONFLICT (key) DO UPDATE
  SET fingerprint = excluded.fingerprint, locked_until = excluded.locked_until, answer = NULL, created_at = now()
  WHERE k.created_at < now() - make_interval(hours => $4)
     OR (k.answer IS NULL AND k.locked_until < now() AND k.fingerprint = excluded.fingerprint)
  RETURNING key`;

const READ = `SELECT encode(fingerprint, 'hex') AS fingerprint, answer FROM idempotency_keys WHERE key = $1`;
const ANSWER = `UPDATE idempotency_keys SET answer = $2 WHERE key = $1`;
const RELEASE = `DELETE FROM idempotency_keys WHERE key = $1 AND answer IS NULL`;
const CLEAN_UP = `DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)`;

/**
 * The key of an Idempotency-Key field, which is a string in the sense of RFC 8941 (`"…"`); without its quotes it is
 * taken as well, since many clients send it so.
 *
 * @throws ProblemError 400
 */
export function parseIdempotencyKey(field: string): string {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(field.trim());
  const key = quoted ? quoted[1]!.replace(/\\(["\\])/g, '$1') : field.trim();
  if (key.length >= 1 && key.length <= MAX_KEY_CHARACTERS && /^[\x20-\x7e]+$/.test(key)) return key;
  throw new ProblemError(400, 'the Idempotency-Key is not one', {
    errors: [
      {
        path: 'Idempotency-Key',
        detail: `must be 1 to ${MAX_KEY_CHARACTERS} printable ASCII characters, in quotes`,
      },
    ],
  });
}

/** Requests that are sent again get their first answer again (draft-ietf-httpapi-idempotency-key-header). */
@Injectable()
export class IdempotencyKeys implements OnModuleDestroy {
  private readonly cleaning: NodeJS.Timeout;

  constructor(private readonly database: Database) {
    this.cleaning = setInterval(() => void this.cleanUp().catch(() => undefined), CLEAN_UP_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.cleaning);
  }

  /**
   * Does `work` once for a key and a body. A failure of the work frees the key.
   *
   * @throws ProblemError 409 while the first request is under way, 422 when the key came with another body
   */
  async once(key: string, body: Buffer, work: () => Promise<RepeatableAnswer>): Promise<RepeatableAnswer> {
    const fingerprint = hash('sha256', body, 'hex');
    const { source } = this.database;
    const claimed: unknown[] = await source.query(CLAIM, [key, fingerprint, LOCK_SECONDS, KEPT_HOURS]);
    if (claimed.length === 0) return this.earlierAnswer(key, fingerprint);
    try {
      const answer = await work();
      await source.query(ANSWER, [key, JSON.stringify(answer)]);
      return answer;
    } catch (error) {
      await source.query(RELEASE, [key]).catch(() => undefined);
      throw error;
    }
  }

  private async earlierAnswer(key: string, fingerprint: string): Promise<RepeatableAnswer> {
    const [row]: { fingerprint: string; answer: RepeatableAnswer | null }[] =
      await this.database.source.query(READ, [key]);
    if (row !== undefined && row.fingerprint !== fingerprint) {
      throw new ProblemError(422, 'this Idempotency-Key was used with another body', {
        errors: [{ path: 'Idempotency-Key', detail: 'must be a new one for a new body' }],
      });
    }
    if (row?.answer) return row.answer;
    throw new ProblemError(409, 'the first request with this Idempotency-Key is still under way', {
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    });
  }

  private async cleanUp(): Promise<void> {
    await this.database.source.query(CLEAN_UP, [KEPT_HOURS]);
  }
}

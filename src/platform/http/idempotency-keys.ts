import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { hash } from 'node:crypto';
import { atMost } from '../at-most.js';
import { Environment } from '../config/environment.js';
import { Database, type Transaction } from '../database/database.js';
import { Lifecycle } from '../lifecycle.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { observeGauge } from '../metrics/observed-gauge.js';
import { ProblemError } from './problem.js';
import { TooBusyError } from './too-busy.error.js';

/** A stored answer, which can be given again byte for byte. */
export interface RepeatableAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As text: PostgreSQL keeps the fields of a jsonb object in an order of its own. */
  readonly body: string;
}

/** A request's claim on its key, until its work is done or its time has run out. */
export interface KeyClaim {
  readonly key: string;
  /** SHA-256 of the body, hexadecimal. */
  readonly fingerprint: string;
  /** Microseconds since the Unix epoch; tells this claim from one that took over. */
  readonly lockedUntilUs: number;
}

/** Another request has taken over the key, so this one must not be carried out. Nothing was written. */
export class OvertakenError extends Error {
  constructor() {
    super('another request with the same Idempotency-Key has taken over');
    this.name = 'OvertakenError';
  }
}

/**
 * How long a claim lasts: after it another request with the same key may take over. After a crash, callers get 409 for this
 * long. A request that takes longer does no harm: whichever of the two locks the key first in its transaction is carried
 * out, and both get its answer.
 */
const LOCK_SECONDS = 5;
const KEPT_HOURS = 24;
const TIDY_EVERY_MS = 60_000;
/** Few enough that none waits for a row of theirs. */
const CLEAN_UP_CHUNK = 5_000;
const MAX_KEY_CHARACTERS = 255;
const RETRY_AFTER_SECONDS = '1';
const RETRY_WHEN_FULL_SECONDS = '60';
const CLAIM_TIMEOUT_MS = 10_000;
const RELEASE_TIMEOUT_MS = 1_000;

const LOCKED_UNTIL_US = '(extract(epoch FROM locked_until) * 1000000)::bigint';

/**
 * Takes a key that is free, that has expired, or whose holder has let its time run out. One that is taken is only looked
 * at, and one that a transaction holds is taken, whatever its time: ON CONFLICT would wait for the order to be written.
 */
const CLAIM = `
  WITH known AS (SELECT * FROM idempotency_keys WHERE key = $1),
       unheld AS (SELECT key FROM idempotency_keys WHERE key = $1 FOR UPDATE SKIP LOCKED)
  INSERT INTO idempotency_keys AS k (key, fingerprint, locked_until)
  SELECT $1, decode($2, 'hex'), now() + make_interval(secs => $3)
  WHERE NOT EXISTS (
    SELECT FROM known
    WHERE NOT EXISTS (SELECT FROM unheld)
       OR known.created_at >= now() - make_interval(hours => $4)
      AND (known.answer IS NOT NULL OR known.locked_until >= now() OR known.fingerprint <> decode($2, 'hex')))
  ON CONFLICT (key) DO UPDATE
  SET fingerprint = excluded.fingerprint, locked_until = excluded.locked_until, answer = NULL, created_at = now()
  WHERE k.created_at < now() - make_interval(hours => $4)
     OR (k.answer IS NULL AND k.locked_until < now() AND k.fingerprint = excluded.fingerprint)
  RETURNING ${LOCKED_UNTIL_US} AS locked_until_us`;

const READ = `SELECT encode(fingerprint, 'hex') AS fingerprint, answer FROM idempotency_keys WHERE key = $1`;

/** Sorted, so that two batches that share keys wait for each other instead of deadlocking. */
const LOCK_UNANSWERED = `
  SELECT key, encode(fingerprint, 'hex') AS fingerprint
  FROM idempotency_keys
  WHERE key = ANY ($1) AND answer IS NULL
  ORDER BY key
  FOR UPDATE`;

const ANSWER = `
  UPDATE idempotency_keys k
  SET answer = e.answer
  FROM jsonb_to_recordset($1::jsonb) AS e(key text, answer jsonb)
  WHERE k.key = e.key AND k.answer IS NULL`;

/**
 * Waits for the transaction that holds the key, if the connection to it was lost in its commit, and leaves the answer
 * that it may have written. One who took over keeps the key.
 */
const RELEASE = `DELETE FROM idempotency_keys WHERE key = $1 AND ${LOCKED_UNTIL_US} = $2 AND answer IS NULL`;

const CLEAN_UP = `
  WITH old AS (
    SELECT key FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)
    LIMIT ${CLEAN_UP_CHUNK} FOR UPDATE SKIP LOCKED
  ),
  forgotten AS (DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM old) RETURNING key)
  SELECT count(*)::int AS count FROM forgotten`;

/** Counts up to the limit only: more rows make no difference. */
const COUNT = `SELECT count(*)::int AS count FROM (SELECT FROM idempotency_keys LIMIT $1) AS kept`;

/**
 * The key of an Idempotency-Key field, which is a string in the sense of RFC 8941 (`"…"`); without its quotes it is
 * taken as well, since many clients send it so. One key may be used on several routes, each of which answers for itself.
 *
 * @param route method and path, such as `POST /api/payments`; without it the key is as the first route has always kept it
 * @throws ProblemError 400
 */
export function parseIdempotencyKey(field: string, route?: string): string {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(field.trim());
  const key = quoted ? quoted[1]!.replace(/\\(["\\])/g, '$1') : field.trim();
  if (key.length >= 1 && key.length <= MAX_KEY_CHARACTERS && /^[\x20-\x7e]+$/.test(key)) {
    // A tab is in no key, so that no key of one route can look like one of another.
    return route === undefined ? key : `\t${route}\t${key}`;
  }
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
  private readonly tidying: NodeJS.Timeout;
  /** Keys of all processes when they were last counted, and those that this one has taken and freed since. */
  private counted = 0;
  private takenSince = 0;

  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.beforeReady('the Idempotency-Keys', () => this.tidy());
    this.tidying = setInterval(() => void this.tidy(), TIDY_EVERY_MS).unref();
    observeGauge(
      'waybill_idempotency_keys',
      'Idempotency-Keys stored, by all processes together. Look before it reaches IDEMPOTENCY_KEYS_MAX: new keys then get 503',
      () => this.kept,
    );
  }

  onModuleDestroy(): void {
    clearInterval(this.tidying);
  }

  /**
   * Does `work` once for a key and a body. The work has to write its answer with {@link answer}, in the transaction
   * that it writes everything else in, if its claim is among those that {@link lock} gives; if not, it must do nothing
   * and throw OvertakenError. A failure of the work frees the key.
   *
   * @throws ProblemError 409 while the first request is under way, 422 when the key came with another body, 503 when
   *   too many others are kept for a new one
   * @throws TooBusyError when the database does not answer in time
   */
  async once(
    key: string,
    body: Buffer,
    work: (claim: KeyClaim) => Promise<RepeatableAnswer>,
  ): Promise<RepeatableAnswer> {
    const fingerprint = hash('sha256', body, 'hex');
    if (this.kept >= this.environment.IDEMPOTENCY_KEYS_MAX) await this.requireKnown(key);
    const claim = await this.claimInTime(key, fingerprint);
    if (claim === undefined) return this.earlierAnswer(key, fingerprint);
    try {
      return await work(claim);
    } catch (error) {
      if (error instanceof OvertakenError) return this.earlierAnswer(key, fingerprint);
      // A database that hangs must not hold up the answer.
      await atMost(RELEASE_TIMEOUT_MS, this.release(claim));
      throw error;
    }
  }

  /**
   * The same for a request that may come without an Idempotency-Key: then `work` is done each time, and has no claim.
   *
   * @param field as the request has it
   * @param route see {@link parseIdempotencyKey}
   */
  onceIfKeyed(
    {
      field,
      route,
      body,
    }: { readonly field: string | undefined; readonly route?: string; readonly body: Buffer },
    work: (claim?: KeyClaim) => Promise<RepeatableAnswer>,
  ): Promise<RepeatableAnswer> {
    return field === undefined ? work() : this.once(parseIdempotencyKey(field, route), body, work);
  }

  /**
   * Holds the keys of the claims until the transaction ends, and returns the claims that still have theirs: not
   * those that another request has taken over and answered, and of several with one key only the first.
   */
  async lock(tx: Transaction, claims: readonly KeyClaim[]): Promise<Set<KeyClaim>> {
    if (claims.length === 0) return new Set();
    const rows: Pick<KeyClaim, 'key' | 'fingerprint'>[] = await tx.query(LOCK_UNANSWERED, [
      claims.map(({ key }) => key),
    ]);
    const free = new Map(rows.map(({ key, fingerprint }) => [key, fingerprint]));
    const own = new Set<KeyClaim>();
    for (const claim of claims) {
      if (free.get(claim.key) !== claim.fingerprint) continue;
      own.add(claim);
      free.delete(claim.key);
    }
    return own;
  }

  /** Keeps the answers of claims that {@link lock} has given in the same transaction. */
  async answer(
    tx: Transaction,
    answers: readonly { readonly claim: KeyClaim; readonly answer: RepeatableAnswer }[],
  ): Promise<void> {
    if (answers.length === 0) return;
    await tx.query(ANSWER, [JSON.stringify(answers.map(({ claim: { key }, answer }) => ({ key, answer })))]);
  }

  /** Forgets the keys that are older than a day, some at a time. */
  async cleanUp(): Promise<void> {
    for (let forgotten = CLEAN_UP_CHUNK; forgotten === CLEAN_UP_CHUNK;) {
      const [row]: { count: number }[] = await this.database.source.query(CLEAN_UP, [KEPT_HOURS]);
      forgotten = row!.count;
    }
  }

  /** Forgets what is old, and counts what is left. It tells of what hinders it, and throws nothing. */
  async tidy(): Promise<void> {
    try {
      await this.cleanUp();
      const takenBefore = this.takenSince;
      const [row]: { count: number }[] = await this.database.source.query(COUNT, [
        this.environment.IDEMPOTENCY_KEYS_MAX,
      ]);
      this.counted = row!.count;
      this.takenSince -= takenBefore;
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'Idempotency-Keys could not be tidied up');
    }
  }

  private get kept(): number {
    return Math.max(0, this.counted + this.takenSince);
  }

  /** A caller who sends a request again gets its answer, however many keys there are. */
  private async requireKnown(key: string): Promise<void> {
    const rows: unknown[] = await this.database.source.query(READ, [key]);
    if (rows.length > 0) return;
    throw new ProblemError(
      503,
      'too many Idempotency-Keys are kept for a new one; requests without one are taken',
      {
        headers: { 'retry-after': RETRY_WHEN_FULL_SECONDS },
      },
    );
  }

  /** The body is held meanwhile, so a database that hangs is not waited for without an end. */
  private async claimInTime(key: string, fingerprint: string): Promise<KeyClaim | undefined> {
    const claiming = this.claim(key, fingerprint);
    let answered = false;
    await atMost(
      CLAIM_TIMEOUT_MS,
      claiming.then(() => void (answered = true)),
    );
    if (answered) return claiming;
    void claiming.then((claim) => claim && this.release(claim)).catch(() => undefined);
    throw new TooBusyError('the database did not take an Idempotency-Key in time');
  }

  private async claim(key: string, fingerprint: string): Promise<KeyClaim | undefined> {
    const [row]: { locked_until_us: number }[] = await this.database.source.query(CLAIM, [
      key,
      fingerprint,
      LOCK_SECONDS,
      KEPT_HOURS,
    ]);
    if (row === undefined) return undefined;
    this.takenSince++;
    return { key, fingerprint, lockedUntilUs: row.locked_until_us };
  }

  private async release({ key, lockedUntilUs }: KeyClaim): Promise<void> {
    try {
      await this.database.source.query(RELEASE, [key, lockedUntilUs]);
      this.takenSince--;
    } catch {
      // The key is free again once its time has run out.
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
}

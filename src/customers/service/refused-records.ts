import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { atMost } from '../../platform/at-most.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { Failures } from '../../platform/failures/failures.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { retryUntilDone } from '../../platform/messaging/backoff.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { RefusedRecordRepository } from '../repository/refused-record.repository.js';

/** Records that wait to be kept, together; whoever brings more waits. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 8 * 1_048_576;
const RECORDS_A_TRANSACTION = 200;
const FLUSH_MS = 1_000;

/**
 * Records that were refused become dead letters, once each: a replica reads them again at each start, and so do the others. They
 * are kept beside the reading, which goes on while the database is away.
 */
@Injectable()
export class RefusedRecords implements OnModuleInit {
  private waiting: RefusedEvent[] = [];
  private waitingBytes = 0;
  private keeping: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly origins: RefusedRecordRepository,
    private readonly deadLetters: DeadLetters,
    private readonly failures: Failures,
    private readonly lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.lifecycle.onClose('the refused records of customers', async () => {
      await atMost(FLUSH_MS, this.keeping);
      this.stopping.abort();
    });
  }

  /** Whether all of them are kept. */
  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Resolves once there is room for more; those that do not get into the database before a crash are read again. */
  async add(refused: readonly RefusedEvent[]): Promise<void> {
    if (refused.length === 0) return;
    this.waiting.push(...refused);
    for (const one of refused) this.waitingBytes += bytesOf(one);
    this.keeping ??= this.keepAll().finally(() => (this.keeping = undefined));
    if (this.waiting.length > MAX_WAITING || this.waitingBytes > MAX_WAITING_BYTES) await this.keeping;
  }

  private async keepAll(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const next = this.waiting.slice(0, RECORDS_A_TRANSACTION);
        await this.keep(next);
        this.waiting = this.waiting.slice(next.length);
        for (const one of next) this.waitingBytes -= bytesOf(one);
      }
    } catch (error) {
      // They stand in the topic, and the snapshot does not pass them.
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  /** One that the database refuses for good is kept in its plainest form. @throws AbortError when the program stops */
  private async keep(refused: readonly RefusedEvent[]): Promise<void> {
    const inTransaction =
      (write: (tx: Transaction, fresh: readonly RefusedEvent[]) => Promise<void>) => (): Promise<void> =>
        this.database.transaction(async (tx) => write(tx, await this.origins.note(tx, refused)));
    let isRejected = false;
    await this.untilDone(async () => {
      await inTransaction((tx, fresh) => this.deadLetters.append(tx, fresh))().catch((error: unknown) => {
        if (this.failures.kindOf(error) === 'transient') throw error;
        isRejected = true;
      });
    });
    if (!isRejected) return;
    if (refused.length > 1) {
      for (const one of refused) await this.keep([one]);
      return;
    }
    await this.untilDone(
      inTransaction(async (tx, fresh) => {
        for (const one of fresh) await this.deadLetters.appendPlain(tx, one);
      }),
    );
  }

  private untilDone(attempt: () => Promise<void>): Promise<void> {
    return retryUntilDone(
      attempt,
      (error) =>
        this.log.warn({ err: error, waiting: this.waiting.length }, 'refused records of customers wait'),
      this.stopping.signal,
    );
  }
}

const bytesOf = ({ event: { key, value } }: RefusedEvent): number =>
  (key?.length ?? 0) + (value?.length ?? 0);

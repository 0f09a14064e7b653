import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { atMost } from '../../platform/at-most.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { Failures } from '../../platform/failures/failures.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { retryUntilDone } from '../../platform/messaging/backoff.js';
import { timestampOf } from '../../platform/messaging/event-time.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { RefusedRecordRepository } from '../repository/refused-record.repository.js';

/** Records that wait to be kept, together; a batch that finds as many is tried again. */
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
  /** By origin, so that a batch that is tried again adds nothing. */
  private readonly waiting = new Map<string, RefusedEvent>();
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
    return this.waiting.size === 0;
  }

  /**
   * Takes copies, and waits for nothing. Those that do not get into the database before a crash are read again.
   *
   * @throws TransientError where there is no room; none of them was taken then
   */
  async add(refused: readonly RefusedEvent[]): Promise<void> {
    const fresh = refused.filter((one) => !this.waiting.has(originOf(one)));
    if (fresh.length === 0) return;
    if (this.waiting.size >= MAX_WAITING || this.waitingBytes >= MAX_WAITING_BYTES) {
      throw new TransientError(
        'refused records of customers wait for the database, and there are too many of them',
      );
    }
    for (const one of fresh) {
      this.waiting.set(originOf(one), copyOf(one));
      this.waitingBytes += bytesOf(one);
    }
    this.keeping ??= this.keepAll().finally(() => (this.keeping = undefined));
  }

  /** Forgets the origins that the topic does not have any more. @param lowOffsets by partition */
  forgetBefore(topic: string, lowOffsets: ReadonlyMap<number, number>): Promise<void> {
    return this.origins.forgetBefore(topic, lowOffsets);
  }

  private async keepAll(): Promise<void> {
    try {
      while (this.waiting.size > 0) {
        const next = [...this.waiting.values()].slice(0, RECORDS_A_TRANSACTION);
        await this.keep(next);
        for (const one of next) {
          this.waiting.delete(originOf(one));
          this.waitingBytes -= bytesOf(one);
        }
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
        this.log.warn({ err: error, waiting: this.waiting.size }, 'refused records of customers wait'),
      this.stopping.signal,
    );
  }
}

const originOf = ({ event }: RefusedEvent): string =>
  `${event.topic}/${event.partition}/${event.offset}/${timestampOf(event)}`;

/** Key, value and headers are views of what was fetched, which is much larger and would be held as well. */
function copyOf({ event, ...others }: RefusedEvent): RefusedEvent {
  const { key, value, headers } = event;
  const copiedHeaders = headers.map(({ name, value: bytes }) => ({
    name: typeof name === 'string' ? name : Buffer.from(name),
    value: bytes && Buffer.from(bytes),
  }));
  const copied = { key: key && Buffer.from(key), value: value && Buffer.from(value), headers: copiedHeaders };
  return { ...others, event: { ...event, ...copied } };
}

function bytesOf({ event: { key, value, headers } }: RefusedEvent): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += header.name.length + (header.value?.length ?? 0);
  return bytes;
}

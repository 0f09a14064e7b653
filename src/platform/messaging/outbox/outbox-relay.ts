import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../at-most.js';
import { Environment } from '../../config/environment.js';
import { Database, type Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';
import { Health } from '../../health/health.js';
import { messageForLog } from '../../logging/error-record.js';
import { LOGGER, type Logger } from '../../logging/logger.js';
import { DEAD_LETTER_ID_HEADER } from '../dead-letters/dead-letter-id.js';
import { type OutboxMessage, PUBLISHER, type Publisher } from '../outgoing-message.js';
import { RelayMetrics } from '../messaging.metrics.js';
import { Patience } from '../patience.js';
import { type ExactParts, withExactParts } from './exact-parts.js';
import { IDS, idsFrom } from './outbox.js';
import { OutboxSignal } from './outbox-signal.js';
import { RecentMessages } from './recent-messages.js';
import { takeLease } from './relay-lease.js';
import { RelayWatch, type RelayWatchTimes } from './relay-watch.js';

/** How long the relay sleeps when no signal comes: the longest that a message waits after a lost signal. */
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
/**
 * How long the relay waits after a small batch, so that what is committed meanwhile goes together: Kafka's
 * `linger.ms`, but for the first message, which is sent at once. A batch costs five statements, however small it is.
 */
const LINGER_MS = 10;
/** A batch of fewer messages is followed by that pause; with more, there is a backlog. */
const FEW_MESSAGES = 200;
/** A batch that holds this much is closed: dead letters can have 1 MiB each, and all of a batch is in memory. */
const ENOUGH_BYTES = 16 * 1_048_576;

const OLDEST_IDS = prepared(
  `SELECT ${IDS} AS ids FROM (SELECT id FROM outbox ORDER BY id LIMIT $1) AS first`,
);

const READ_OLDEST = prepared(`
  SELECT id, topic, aggregateid AS key, headers, payload AS value, exact,
         (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us
  FROM (SELECT *, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before
        FROM (SELECT *, octet_length(payload) + coalesce(octet_length(exact::text), 0) AS bytes
              FROM outbox ORDER BY id LIMIT $1) AS oldest) AS first
  WHERE bytes_before < $2
  ORDER BY id`);

/**
 * Deleting exactly what was read, rather than all up to the last id, cannot miss a row whose transaction was committed
 * late. The order of ids is the order per key: writers of one order wait for each other before they append.
 */
const DELETE_READ = prepared('DELETE FROM outbox WHERE id = ANY ($1::bigint[])');

interface OutboxRow {
  id: number;
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
  exact: ExactParts | null;
  created_at_us: number;
}

/**
 * Sends what stands in the outbox, oldest first, at least once. The rows are deleted in the transaction that is
 * open while they are published: a crash before the commit brings them back. One relay works at a time among all
 * processes; the lease is a lock of that same transaction, so it cannot outlive it.
 */
@Injectable()
export class OutboxRelay {
  private readonly signal: OutboxSignal;
  private readonly watch: RelayWatch;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private draining = false;

  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
    @Inject(PUBLISHER) private readonly publisher: Publisher,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: RelayMetrics,
    private readonly health: Health,
    private readonly recent: RecentMessages,
  ) {
    this.signal = new OutboxSignal(database, log);
    this.watch = new RelayWatch(database, health, log);
  }

  start(watchTimes?: RelayWatchTimes): void {
    this.signal.start();
    this.watch.start(watchTimes);
    // What hinders it now will hinder the first batch as well, and is told of then.
    this.publisher.prepare().catch(() => undefined);
    this.running = this.run();
  }

  /** Sends what is there for up to `flushMs`, then ends. What is left stays in the outbox. */
  async stop(flushMs: number): Promise<void> {
    this.draining = true;
    this.watch.stop();
    this.signal.raise();
    await atMost(flushMs, this.running);
    this.stopping.abort();
    await this.signal.stop();
    await this.publisher.close();
  }

  private async run(): Promise<void> {
    let patience = new Patience(LONGEST_PAUSE_MS);
    while (!this.stopping.signal.aborted) {
      try {
        // What was committed before the stop must be seen: a look that began earlier may have missed it.
        const isLastLook = this.draining;
        const sent = await this.sendBatch();
        patience = new Patience(LONGEST_PAUSE_MS);
        this.health.report('relay', { up: true });
        if (sent > 0) {
          if (sent < FEW_MESSAGES && !this.draining) await sleep(LINGER_MS);
          continue;
        }
        if (isLastLook) return;
        await this.signal.wait(POLL_MS);
      } catch (error) {
        if (this.stopping.signal.aborted || this.draining) return;
        this.watch.relayFailed(error as Error);
        this.health.report('relay', { up: false, detail: messageForLog(error) });
        this.log.warn({ err: error }, 'the relay could not send; it tries again');
        await patience.pause(this.stopping.signal).catch(() => undefined);
      }
    }
  }

  /** @returns how many messages were sent; 0 also when another relay is at work */
  private async sendBatch(): Promise<number> {
    const sent = await this.database.transaction(async (tx) => {
      const isOurs = await takeLease(tx);
      this.watch.leaseSeen();
      if (!isOurs) return [];
      const messages = await this.oldest(tx);
      if (messages.length === 0) return [];
      await tx.query(DELETE_READ, [messages.map(({ id }) => id)]);
      const finished = this.metrics.relayBatchSeconds.startTimer();
      await this.publisher.publish(messages, this.stopping.signal, tx);
      finished();
      return messages;
    });
    this.recent.forget(sent);
    this.count(sent);
    return sent.length;
  }

  /** The next messages, from memory when this process has put in all of them, or many. */
  private async oldest(tx: Transaction): Promise<readonly OutboxMessage[]> {
    const most = this.environment.RELAY_BATCH_MAX_MESSAGES;
    if (!this.recent.isEmpty) {
      const [oldest]: { ids: string | null }[] = await tx.query(OLDEST_IDS, [most]);
      const ids = idsFrom(oldest!.ids);
      const messages = this.recent.firstOf(ids);
      if (messages.length === ids.length || messages.length >= FEW_MESSAGES) return messages;
    }
    const rows: OutboxRow[] = await tx.query(READ_OLDEST, [most, ENOUGH_BYTES]);
    return rows.map(messageOf);
  }

  private count(messages: readonly OutboxMessage[]): void {
    const sent = new Map<string, number>();
    for (const { topic } of messages) sent.set(topic, (sent.get(topic) ?? 0) + 1);
    for (const [topic, count] of sent) this.metrics.published.inc({ topic }, count);
    for (const { topic, headers } of messages) {
      if (DEAD_LETTER_ID_HEADER in headers) this.metrics.replayed.inc({ topic });
    }
  }
}

function messageOf({ created_at_us: createdAtUs, exact, ...row }: OutboxRow): OutboxMessage {
  const message = { ...row, createdAtMs: createdAtUs / 1_000 };
  return exact === null ? message : withExactParts(message, exact);
}

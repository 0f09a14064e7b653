import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../at-most.js';
import { Environment } from '../../config/environment.js';
import { Database, type Transaction } from '../../database/database.js';
import { Health, type PartState } from '../../health/health.js';
import { messageForLog } from '../../logging/error-record.js';
import { LOGGER, type Logger } from '../../logging/logger.js';
import { DEAD_LETTER_ID_HEADER } from '../refused-events.js';
import { messagesByTopic } from '../messages-by-topic.js';
import { type OutboxMessage, PUBLISHER, type Publisher } from '../outgoing-message.js';
import { RelayMetrics } from '../messaging.metrics.js';
import { Backoff } from '../backoff.js';
import { Topics } from '../topics.js';
import { HeldTopics } from './held-topics.js';
import { deleteRead } from './outbox.js';
import { OutboxReader } from './outbox-reader.js';
import { OutboxSignal } from './outbox-signal.js';
import { RecentMessages } from './recent-messages.js';
import { takeLease } from './relay-lease.js';
import { RelayWatch, type RelayWatchTimes } from './relay-watch.js';

/** How long the relay sleeps when no signal comes: the longest that a message waits after a lost signal. */
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
/** A try that is under way when the relay stops is not waited for longer; its transaction is undone. */
const HELD_END_MS = 1_000;
/**
 * How long the relay waits after a small batch, so that what is committed meanwhile goes together: Kafka's
 * `linger.ms`, but for the first message, which is sent at once. A batch costs five statements, however small it is.
 */
const LINGER_MS = 10;
/** A batch of fewer messages is followed by the linger pause; one with more means a backlog. */
const FEW_MESSAGES = 200;
/** A topic whose publish takes longer is held, and the others go on. Brokers that are briefly slow take less. */
const SLOW_TOPIC_MS = 2_000;

/**
 * Sends what stands in the outbox, oldest first, at least once. The rows are deleted in the transaction that is
 * open while they are published: a crash before the commit brings them back. One relay works at a time among all
 * processes; the lease is a lock of that same transaction, so it cannot outlive it. A topic that cannot be published to
 * is held, and the others go on.
 */
@Injectable()
export class OutboxRelay {
  private readonly signal: OutboxSignal;
  private readonly watch: RelayWatch;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private draining = false;
  private readonly reader: OutboxReader;
  private readonly held: HeldTopics;

  constructor(
    private readonly database: Database,
    environment: Environment,
    @Inject(PUBLISHER) private readonly publisher: Publisher,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: RelayMetrics,
    private readonly health: Health,
    private readonly recent: RecentMessages,
    private readonly topics: Topics,
  ) {
    this.signal = new OutboxSignal(database, log);
    this.watch = new RelayWatch(database, health, log);
    this.reader = new OutboxReader(environment, recent);
    this.held = new HeldTopics({
      database,
      reader: this.reader,
      publisher,
      log,
      stopping: this.stopping.signal,
      onSent: (messages) => this.sent(messages),
      onChange: (topic, isHeld) => {
        metrics.held.set({ topic }, isHeld ? 1 : 0);
        this.signal.raise();
      },
    });
  }

  start(watchTimes?: RelayWatchTimes): void {
    this.signal.start();
    this.watch.start(watchTimes);
    // A failure to connect is reported when the first batch meets it again.
    this.publisher.prepare().catch(() => undefined);
    this.running = this.run();
  }

  /** Publishes what the outbox holds for up to `flushMs`, then ends. The rest stays in the outbox. */
  async stop(flushMs: number): Promise<void> {
    this.draining = true;
    this.watch.stop();
    this.signal.raise();
    await atMost(flushMs, this.running);
    this.stopping.abort();
    await this.signal.stop();
    await this.publisher.close();
    await atMost(HELD_END_MS, this.held.settled());
  }

  private async run(): Promise<void> {
    let backoff = new Backoff(LONGEST_PAUSE_MS);
    while (!this.stopping.signal.aborted) {
      try {
        // A read that began before the stop may have missed rows committed since, so one more read follows.
        const isLastLook = this.draining;
        const sent = await this.sendBatch();
        backoff = new Backoff(LONGEST_PAUSE_MS);
        this.health.report('relay', this.state());
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
        await backoff.pause(this.stopping.signal).catch(() => undefined);
      }
    }
  }

  /** @returns how many messages were sent; 0 also when another relay is at work */
  private async sendBatch(): Promise<number> {
    const heldHere = this.held.names();
    const known = this.topics.all().filter((topic) => !heldHere.includes(topic));
    const sent = await this.database.transaction(async (tx) => {
      const busy = await takeLease(tx, known);
      this.watch.leaseSeen();
      if (busy === undefined) return [];
      const messages = await this.reader.oldest(tx, [...heldHere, ...busy]);
      if (messages.length === 0) return [];
      const finished = this.metrics.relayBatchSeconds.startTimer();
      const published = await this.publish(messages, tx);
      finished();
      await deleteRead(tx, published);
      return published;
    });
    this.sent(sent);
    return sent.length;
  }

  /** @returns what was published; the topics of the remaining messages are held from now on */
  private async publish(
    messages: readonly OutboxMessage[],
    tx: Transaction,
  ): Promise<readonly OutboxMessage[]> {
    const { publisher, stopping } = this;
    if (!publisher.isolatesTopics) {
      await publisher.publish(messages, stopping.signal, tx);
      return messages;
    }
    const outcomes = await Promise.all(
      [...messagesByTopic(messages)].map(async ([topic, ofTopic]) =>
        (await this.publishTo(topic, ofTopic, tx)) ? ofTopic : [],
      ),
    );
    return outcomes.length === 1 ? outcomes[0]! : outcomes.flat();
  }

  private async publishTo(
    topic: string,
    messages: readonly OutboxMessage[],
    tx: Transaction,
  ): Promise<boolean> {
    const done = this.publisher.publish(messages, this.stopping.signal, tx);
    let isDone = false;
    try {
      await atMost(
        SLOW_TOPIC_MS,
        done.then(() => void (isDone = true)),
      );
      if (!isDone) this.held.hold(topic, 'it does not answer', { messages, done });
    } catch (error) {
      this.stopping.signal.throwIfAborted();
      this.held.hold(topic, messageForLog(error));
    }
    return isDone;
  }

  private state(): PartState {
    const held = this.held.reasons();
    if (held.length === 0) return { up: true };
    const detail = held.map(([topic, reason]) => `${topic} cannot be published to: ${reason}`).join('; ');
    return { up: !held.some(([topic]) => this.topics.isOfMain(topic)), detail };
  }

  private sent(messages: readonly OutboxMessage[]): void {
    this.recent.forget(messages);
    this.count(messages);
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

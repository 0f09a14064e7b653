import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { BatchRunner } from './batch-runner.js';
import { FailingBatches, SLOW_MS } from './failing-batches.js';
import type { FailureKind } from '../failures/failure-kind.js';
import { Failures } from '../failures/failures.js';
import { MessagingMetrics } from './messaging.metrics.js';
import type { Subscriber } from './event-server.js';
import type { BatchHandler, ReceivedEvent, RefusedEvent } from './received-event.js';
import { PoisonGuards } from './poison/poison-guards.js';
import { RefusedEvents } from './refused-events.js';
import { Replays } from './replays.js';
import { Topics } from './topics.js';

/** Wraps a subscriber's handler with retries, dead letters and metrics, the same way for every transport. */
@Injectable()
export class BatchConsumer {
  constructor(
    private readonly database: Database,
    private readonly refusedEvents: RefusedEvents,
    private readonly environment: Environment,
    private readonly metrics: MessagingMetrics,
    private readonly failing: FailingBatches,
    private readonly topics: Topics,
    private readonly guards: PoisonGuards,
    private readonly failures: Failures,
    private readonly replays: Replays,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** For a shared subscription: every event is processed or becomes a dead letter. */
  runnerFor({ context, topic: logical, handler }: Subscriber): BatchRunner {
    const topic = this.topics.deployedName(logical);
    const labels = { context, topic };
    this.metrics.show(labels);
    return new BatchRunner({
      handler: async (events) => {
        const finished = this.metrics.batchSeconds.startTimer(labels);
        const { partition, offset: firstOffset } = events[0]!;
        const slow = setTimeout(() => this.failing.slow({ context, topic, partition, firstOffset }), SLOW_MS);
        try {
          await handler(await this.refusedEvents.withoutReplaysForOthers(events));
        } finally {
          clearTimeout(slow);
        }
        finished();
        this.metrics.batchSize.observe(labels, events.length);
      },
      refuse: (refused) => this.refuse(refused),
      failures: this.failures,
      maxAttempts: this.environment.CONSUMER_MAX_ATTEMPTS,
      guard: this.guards.guardFor(context, topic),
      onFailure: (kind, error, events) => this.failed(labels, kind, error, events),
      onDone: ([first]) => this.failing.done({ context, topic, partition: first!.partition }),
    });
  }

  private failed(
    labels: { context: string; topic: string },
    kind: FailureKind,
    error: Error,
    events: readonly ReceivedEvent[],
    isReplay = false,
  ): void {
    this.metrics.retries.inc({ ...labels, kind });
    this.log.warn({ err: error, kind, ...labels, ...extentOf(events) }, 'a batch of events failed');
    const { partition, offset: firstOffset } = events[0]!;
    this.failing.failed({ ...labels, partition, firstOffset, isReplay }, error);
  }

  /** A refused event that PostgreSQL rejects as it is gets stored in its plainest form: refusing must never fail. */
  private async refuse(refused: RefusedEvent): Promise<void> {
    try {
      await this.database.transaction((tx) => this.refusedEvents.append(tx, [refused]));
    } catch (error) {
      if (this.failures.kindOf(error) === 'transient') throw error;
      const { topic } = refused.event;
      this.log.error(
        { err: error, topic, ...extentOf([refused.event]) },
        'a letter is kept in its plainest form',
      );
      await this.database.transaction((tx) => this.refusedEvents.appendPlain(tx, refused));
    }
  }

  /**
   * For a replay: a transient failure is retried until it passes, since no event of the topic may be missed. An event that
   * fails for another reason is handed to the context's listener; without one it is logged and skipped.
   */
  replayRunnerFor({ context, topic: logical, handler }: Subscriber): BatchRunner {
    const topic = this.topics.deployedName(logical);
    const listener = this.replays.listenerOf(context, logical);
    return new BatchRunner({
      handler,
      refuse: async (refused) => {
        const { event, reason } = refused;
        this.log.error({ context, topic, reason, ...extentOf([event]) }, 'an event was passed over');
        await listener?.refused?.(refused);
      },
      failures: this.failures,
      maxAttempts: this.environment.CONSUMER_MAX_ATTEMPTS,
      onFailure: (kind, error, events) => this.failed({ context, topic }, kind, error, events, true),
    });
  }

  /** For a broadcast subscription: a failure is logged and the events are skipped. */
  broadcastHandlerFor({ context, topic: logical, handler }: Subscriber): BatchHandler {
    const topic = this.topics.deployedName(logical);
    return async (events) => {
      try {
        await handler(await this.refusedEvents.withoutReplaysForOthers(events));
      } catch (error) {
        this.log.error({ err: error, context, topic, ...extentOf(events) }, 'news was passed over');
      }
    };
  }
}

function extentOf(events: readonly ReceivedEvent[]): object {
  const first = events[0];
  return { partition: first?.partition, firstOffset: first?.offset, events: events.length };
}

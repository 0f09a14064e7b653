import { Inject, Injectable } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { BatchRunner } from './batch-runner.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { FailingBatches } from './failing-batches.js';
import { classifyFailure } from './failure.js';
import { MessagingMetrics } from './messaging.metrics.js';
import type { BatchHandler, ReceivedEvent, RefusedEvent } from './received-event.js';

/**
 * Given to `@EventPattern` as its extras by a handler that every process must hear in full, rather than share with
 * the others of its group: news for caches, live updates. Such a handler starts with what is new, and an event
 * that it fails on is passed over. A batch without events tells it that others may have been missed before: at the
 * start, and when the process was cut off for a while.
 */
export interface SubscriptionExtras {
  readonly broadcast?: boolean;
}

/** Makes Nest's event handlers into batch handlers that see their batch through; the same for every transport. */
@Injectable()
export class BatchConsumer {
  constructor(
    private readonly database: Database,
    private readonly deadLetters: DeadLetters,
    private readonly environment: Environment,
    private readonly metrics: MessagingMetrics,
    private readonly failing: FailingBatches,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** A handler that shares its topic with the others of its group: every event is brought to its end. */
  runnerFor(topic: string, messageHandler: MessageHandler): BatchRunner {
    const handler = asBatchHandler(messageHandler);
    this.metrics.showTopic(topic);
    return new BatchRunner({
      handler: async (events) => {
        const finished = this.metrics.batchSeconds.startTimer({ topic });
        await handler(events);
        finished();
        this.metrics.batchSize.observe({ topic }, events.length);
      },
      refuse: (refused) => this.refuse(refused),
      maxAttempts: this.environment.CONSUMER_MAX_ATTEMPTS,
      onFailure: (kind, error, events) => {
        this.metrics.retries.inc({ topic, kind });
        this.log.warn({ err: error, kind, topic, ...extentOf(events) }, 'a batch of events failed');
        const { partition, offset: firstOffset } = events[0]!;
        this.failing.failed({ topic, partition, firstOffset }, error);
      },
      onDone: ([first]) => this.failing.done(topic, first!.partition),
    });
  }

  /** However an event is made, it can be refused: what cannot be stored as it is goes without its adornments. */
  private async refuse(refused: RefusedEvent): Promise<void> {
    try {
      await this.database.transaction((tx) => this.deadLetters.append(tx, [refused]));
    } catch (error) {
      if (classifyFailure(error) === 'transient') throw error;
      const { topic } = refused.event;
      this.log.error(
        { err: error, topic, ...extentOf([refused.event]) },
        'a letter is kept in its plainest form',
      );
      await this.database.transaction((tx) => this.deadLetters.appendPlain(tx, refused));
    }
  }

  /** A handler of news: a failure is logged, and the news is passed over. */
  newsHandlerFor(topic: string, messageHandler: MessageHandler): BatchHandler {
    const handler = asBatchHandler(messageHandler);
    return async (events) => {
      try {
        await handler(events);
      } catch (error) {
        this.log.error({ err: error, topic, ...extentOf(events) }, 'news was passed over');
      }
    };
  }
}

function asBatchHandler(messageHandler: MessageHandler): BatchHandler {
  return async (events) => {
    const result: unknown = await messageHandler(events);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  };
}

function extentOf(events: readonly ReceivedEvent[]): object {
  const first = events[0];
  return { partition: first?.partition, firstOffset: first?.offset, events: events.length };
}

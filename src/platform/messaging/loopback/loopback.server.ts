import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { BatchConsumer, SubscriptionExtras } from '../batch-consumer.js';
import type { FailingBatches } from '../failing-batches.js';
import type { TopicNames } from '../topic-names.js';
import { LOOPBACK_PARTITION, type LoopbackBroker } from './loopback-broker.js';

/** Nest's transport for events that stay in this process. */
export class LoopbackServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  constructor(
    private readonly broker: LoopbackBroker,
    private readonly topics: TopicNames,
    private readonly batches: BatchConsumer,
    private readonly failing: FailingBatches,
  ) {
    super();
  }

  listen(callback: () => void): void {
    for (const [pattern, handler] of this.getHandlers()) {
      const topic = this.topics.deployedName(pattern);
      const { broadcast } = (handler.extras ?? {}) as SubscriptionExtras;
      if (broadcast === true) {
        this.broker.subscribeNews(topic, this.batches.newsHandlerFor(topic, handler));
        continue;
      }
      this.broker.subscribe(topic, this.batches.runnerFor(topic, handler));
      this.failing.assign(topic, [LOOPBACK_PARTITION]);
    }
    callback();
  }

  /** The relay is what brings events here; it is stopped by itself. */
  close(): void {
    return;
  }

  on(): never {
    throw new Error('the loopback transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.broker as T;
  }
}

import type { Role } from '../../config/environment.js';
import type { Database } from '../../database/database.js';
import type { BatchConsumer } from '../batch-consumer.js';
import type { ConsumerLag } from '../consumer-lag.js';
import { EventServer } from '../event-server.js';
import type { FailingBatches } from '../failing-batches.js';
import type { Topics } from '../topics.js';
import { type BacklogOwner, LOOPBACK_PARTITION } from './backlog.js';
import type { LoopbackBroker } from './loopback-broker.js';
import { loopbackLags } from './loopback-lag.js';

/** Nest's transport for events that stay in this process. */
export class LoopbackServer extends EventServer {
  private readonly owners: BacklogOwner[] = [];

  constructor(
    private readonly broker: LoopbackBroker,
    private readonly database: Database,
    private readonly topics: Topics,
    private readonly batches: BatchConsumer,
    private readonly failing: FailingBatches,
    private readonly roles: readonly Role[],
  ) {
    super();
  }

  override listen(callback: (error?: unknown) => void): void {
    this.subscribe().then(() => callback(), callback);
  }

  /** The relay is what brings events here; it is stopped by itself. */
  override close(): Promise<void> {
    return Promise.resolve();
  }

  override lags(): Promise<readonly ConsumerLag[]> {
    return loopbackLags(this.database, this.owners);
  }

  private async subscribe(): Promise<void> {
    for (const subscriber of this.subscribers) {
      const { context, mode, role } = subscriber;
      // The relay, which brings events here, is there with the consumers alone; their role needs no look.
      if (role !== undefined && !this.roles.includes(role)) continue;
      const topic = this.topics.deployedName(subscriber.topic);
      if (mode === 'shared') {
        this.broker.subscribe({ context, topic }, this.batches.runnerFor(subscriber));
        this.failing.assign(context, topic, [LOOPBACK_PARTITION]);
        this.owners.push({ context, topic });
      } else {
        this.broker.broadcast({ context, topic }, this.batches.broadcastHandlerFor(subscriber));
        // No topic is kept here, so there is nothing to replay: its end is passed at once.
        if (mode === 'replay') await subscriber.handler([]);
      }
    }
  }
}

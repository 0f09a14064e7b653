import { Inject, Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { ChannelListener } from '../../platform/messaging/channel-listener.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { NEWS_CHANNEL, parseNews } from '../model/entry-news.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';
import { EntryCache } from './entry-cache.js';

/** Several within the second that answers from memory and Redis need one to be answered in. */
const PROBES = { probeEveryMs: 250, isReliedOn: true };

const EPOCHS = 'waybill_entries_redis_epochs_total';

export const EPOCHS_METRIC: Provider = counterProvider({
  name: EPOCHS,
  help: 'Times that the epoch of cache entries in Redis was raised, and all that stood there left behind, by whichever process; take the maximum, not the sum. Look when it keeps rising: Redis misses writes, or processes end without stopping',
});

/** Has a process hear of each change of entries that another one makes, and be known as one that uses Redis meanwhile. */
@Injectable()
export class EntryNewsListener {
  constructor(
    database: Database,
    cache: EntryCache,
    epochs: RedisEpochRepository,
    lifecycle: Lifecycle,
    @Inject(LOGGER) log: Logger,
    @InjectMetric(EPOCHS) epochsRaised: Counter,
  ) {
    const { redis } = cache;
    const listener = new ChannelListener(
      database,
      NEWS_CHANNEL,
      {
        prepare: async (client) => {
          if (redis === undefined) return;
          const userId = await epochs.join(client);
          redis.joined(userId, await epochs.removeDead());
        },
        onListening: () => cache.hold(),
        onHeardUntil: (atMs) => cache.heardUntil(atMs),
        onNotification: (payload) => {
          const news = parseNews(payload);
          if ('epoch' in news) {
            epochsRaised.inc();
            redis?.raisedTo(news.epoch);
          } else if ('settled' in news) cache.settled(news.settled);
          else if ('forgotten' in news) cache.forgotten(news.forgotten);
          else cache.changed(news.changes);
        },
        onSilent: () => {
          cache.distrust();
          redis?.cutOff();
        },
        onLost: (error) =>
          log.warn({ err: error }, 'the connection that changes of entries are heard on was lost'),
        onFailure: (error) =>
          log.warn({ err: error }, 'the entries cannot be listened for; they are read from PostgreSQL'),
      },
      PROBES,
    );
    lifecycle.beforeReady('the changes of entries', () => listener.start());
    lifecycle.onClose('the changes of entries', async () => {
      try {
        await redis?.leave();
      } finally {
        await listener.stop();
      }
    });
  }
}

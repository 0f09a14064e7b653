import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { ENTRY_CACHE } from './cache/entry-cache.declaration.js';
import { EntriesConsumerModule } from './consumer/consumer.module.js';
import { ENTRIES_SETTINGS, EntriesSettings } from './entries.settings.js';
import { ENTRIES_API } from './http/entries.api.js';
import { ENTRIES_ROUTES, ENTRY_PATTERN } from './http/entry-route.js';
import { EntriesHttpModule } from './http/http.module.js';
import { CacheEntryEntity } from './repository/cache-entry.entity.js';
import { Entries1797163200000 } from './repository/entries.migration.js';
import { RedisEpochEntity, RedisUserEntity } from './repository/redis-use.entity.js';

@Module({ imports: [EntriesConsumerModule] })
class EntriesModule {}

/** A persistent cache: values of any kind by key, hot in memory and Redis, kept in PostgreSQL. */
export const entries: Context = {
  name: 'entries',
  settings: ENTRIES_SETTINGS,
  entities: [CacheEntryEntity, RedisEpochEntity, RedisUserEntity],
  migrations: [Entries1797163200000],
  topics: (settings) => {
    const { ENTRIES_TOPIC, ENTRIES_REHYDRATE_TOPIC } = settings.of(EntriesSettings);
    return { 'cache.persist': ENTRIES_TOPIC, 'cache.rehydrate': ENTRIES_REHYDRATE_TOPIC };
  },
  consumes: ['cache.persist', 'cache.rehydrate'],
  large: ['cache.persist'],
  caches: [ENTRY_CACHE],
  // By a strong ETag, which would have to differ by encoding; and bytes come as they were put.
  plainRoutes: () => [ENTRY_PATTERN],
  rateLimits: (settings) => {
    const { ENTRIES_RATE_LIMIT: aMinute } = settings.of(EntriesSettings);
    return aMinute === 0 ? [] : [{ routes: ENTRIES_ROUTES, aMinute }];
  },
  api: () => ENTRIES_API,
  events: async () => (await import('./entries.events.js')).ENTRIES_EVENTS,
  module: ({ ROLES }) => ({
    module: EntriesModule,
    imports: ROLES.includes('api') ? [EntriesHttpModule] : [],
  }),
};

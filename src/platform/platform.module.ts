import { type DynamicModule, Global, Module, type ValueProvider } from '@nestjs/common';
import type { EntitySchema } from 'typeorm';
import type { CacheDeclaration } from './cache/cache-declaration.js';
import { CachesModule } from './cache/caches.module.js';
import { KeyedWrites } from './batching/keyed-writes.js';
import { Environment } from './config/environment.js';
import { Settings } from './config/setting-group.js';
import { Database } from './database/database.js';
import { DeadLetterAttemptEntity, DeadLetterEntity } from './dead-letters/dead-letter.entity.js';
import { DeadLettersHttpModule } from './dead-letters/dead-letters-http.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { Failures } from './failures/failures.js';
import type { Features } from './features/features.js';
import { FeaturesModule } from './features/features.module.js';
import { HealthModule } from './health/health.module.js';
import { CountsUnderWay } from './http/counts-under-way.js';
import { DirectAnswers } from './http/direct-answers.js';
import { EventStreams } from './http/event-streams.js';
import { ForeignRequests } from './http/foreign-requests.js';
import { IdempotencyKeyEntity } from './http/idempotency-key.entity.js';
import { IdempotencyKeys } from './http/idempotency-keys.js';
import { LargeAnswers } from './http/large-answers.js';
import { PagesUnderWay } from './http/pages-under-way.js';
import { RequestMetrics } from './http/request-metrics.js';
import { UnreadAnswers } from './http/unread-answers.js';
import { Lifecycle } from './lifecycle.js';
import { LOGGER, type Logger } from './logging/logger.js';
import { BatchSkipEntity } from './messaging/batch-skips/batch-skip.entity.js';
import { type MessagingContext, MessagingModule } from './messaging/messaging.module.js';
import type { ContextTopics } from './messaging/topics.js';
import { LoopbackBacklogEntity } from './messaging/loopback/backlog.entity.js';
import { PartitionClaimEntity } from './messaging/poison/partition-claim.entity.js';
import { OutboxEntity } from './messaging/outbox/outbox.entity.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { TroubleCounts } from './trouble/trouble-counts.js';
import { TroubleModule } from './trouble/trouble.module.js';

export const PLATFORM_ENTITIES: readonly EntitySchema[] = [
  OutboxEntity,
  LoopbackBacklogEntity,
  BatchSkipEntity,
  PartitionClaimEntity,
  DeadLetterEntity,
  DeadLetterAttemptEntity,
  IdempotencyKeyEntity,
];

export interface PlatformParts {
  readonly settings: Settings;
  readonly log: Logger;
  readonly database: Database;
  readonly contexts: readonly MessagingContext[];
  /** Topics of contexts that this process is not for, by context. */
  readonly topicsElsewhere: Readonly<Record<string, ContextTopics['own']>>;
  readonly failures: Failures;
  readonly caches: readonly CacheDeclaration[];
  /** Told by the processes that serve the API. */
  readonly features: Features;
  /** Whether a context keeps values of its own in Redis. */
  readonly usesRedis?: boolean;
}

/** The mechanics that every context stands on. Settings are injected by the class of their group. */
@Global()
@Module({})
export class PlatformModule {
  static register({
    settings,
    log,
    database,
    contexts,
    topicsElsewhere,
    failures,
    caches,
    features,
    usesRedis,
  }: PlatformParts): DynamicModule {
    const environment = settings.of(Environment);
    const groups = settings.all().map(([type, group]): ValueProvider => ({ provide: type, useValue: group }));
    return {
      module: PlatformModule,
      imports: [
        HealthModule,
        MetricsModule,
        MessagingModule.register(contexts, topicsElsewhere),
        DeadLettersModule,
        CachesModule.register(caches, usesRedis),
        ...(environment.ROLES.includes('api')
          ? [DeadLettersHttpModule, FeaturesModule.register(features), TroubleModule]
          : []),
      ],
      providers: [
        ...groups,
        { provide: Settings, useValue: settings },
        { provide: LOGGER, useValue: log },
        { provide: Database, useValue: database },
        { provide: Failures, useValue: failures },
        Lifecycle,
        IdempotencyKeys,
        KeyedWrites,
        RequestMetrics,
        DirectAnswers,
        EventStreams,
        ForeignRequests,
        LargeAnswers,
        UnreadAnswers,
        PagesUnderWay,
        CountsUnderWay,
        TroubleCounts,
      ],
      exports: [
        ...groups,
        Settings,
        LOGGER,
        Database,
        Failures,
        Lifecycle,
        IdempotencyKeys,
        KeyedWrites,
        DirectAnswers,
        EventStreams,
        PagesUnderWay,
        CountsUnderWay,
        TroubleCounts,
      ],
    };
  }
}

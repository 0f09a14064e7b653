import { Module } from '@nestjs/common';
import { EntriesCacheModule } from '../cache/cache.module.js';
import { EntriesProducerModule } from '../producer/producer.module.js';
import { EntriesRepositoryModule } from '../repository/repository.module.js';
import { EntriesHealth } from './entries.health.js';
import { EntryCommits } from './entry-commits.js';
import { EntryIntake } from './entry-intake.js';
import { EntryLookup } from './entry-lookup.js';
import { EntryQueue } from './entry-queue.js';
import { EntrySweep } from './entry-sweep.js';
import { EntryWarmUp } from './entry-warm-up.js';
import { EntryWrites } from './entry-writes.js';
import { RedisRepairs } from './redis-repairs.js';
import { RehydrationRequests } from './rehydration-requests.js';
import { WORKER_METRICS, WorkerMetrics } from './worker.metrics.js';

@Module({
  imports: [EntriesRepositoryModule, EntriesCacheModule, EntriesProducerModule],
  providers: [
    EntryLookup,
    EntriesHealth,
    EntryCommits,
    EntryWrites,
    EntryQueue,
    EntryIntake,
    RedisRepairs,
    RehydrationRequests,
    EntrySweep,
    EntryWarmUp,
    WorkerMetrics,
    ...WORKER_METRICS,
  ],
  exports: [EntryLookup, EntryWrites, EntryIntake],
})
export class EntriesServiceModule {}

import { Module } from '@nestjs/common';
import { EntriesMetrics } from '../service/entries.metrics.js';
import { EntriesServiceModule } from '../service/service.module.js';
import { EntriesController } from './entries.controller.js';
import { EntryBatchesController } from './entry-batches.controller.js';
import { EntryChangesController } from './entry-changes.controller.js';
import { HotEntries } from './hot-entries.js';
import { OperationMeasures } from './operation-measures.js';

@Module({
  imports: [EntriesServiceModule],
  controllers: [EntriesController, EntryBatchesController, EntryChangesController],
  providers: [EntriesMetrics, HotEntries, OperationMeasures],
})
export class EntriesHttpModule {}

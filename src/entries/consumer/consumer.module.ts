import { Module } from '@nestjs/common';
import { EntriesServiceModule } from '../service/service.module.js';
import { EntriesConsumer } from './entries.consumer.js';
import { RehydrationConsumer } from './rehydration.consumer.js';

@Module({ imports: [EntriesServiceModule], controllers: [EntriesConsumer, RehydrationConsumer] })
export class EntriesConsumerModule {}

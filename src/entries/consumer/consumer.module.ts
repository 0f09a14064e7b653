import { Module } from '@nestjs/common';
import { EntriesServiceModule } from '../service/service.module.js';
import { EntriesConsumer } from './entries.consumer.js';

@Module({ imports: [EntriesServiceModule], controllers: [EntriesConsumer] })
export class EntriesConsumerModule {}

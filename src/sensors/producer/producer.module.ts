import { Module } from '@nestjs/common';
import { ReadingAnnouncements } from './reading-announcements.js';

@Module({ providers: [ReadingAnnouncements], exports: [ReadingAnnouncements] })
export class SensorsProducerModule {}

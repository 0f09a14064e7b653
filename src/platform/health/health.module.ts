import { Global, Module } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { EventLoopWatch } from './event-loop-watch.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.js';
import { HealthMetrics } from './health.metrics.js';

function watchEventLoop(health: Health, log: Logger): EventLoopWatch {
  const watch = new EventLoopWatch((stalledMs) => log.warn({ stalledMs }, 'the event loop stood still'));
  health.addVital('event_loop', () => watch.complaint());
  watch.start();
  return watch;
}

@Global()
@Module({
  controllers: [HealthController],
  providers: [
    Health,
    HealthMetrics,
    { provide: EventLoopWatch, useFactory: watchEventLoop, inject: [Health, LOGGER] },
  ],
  exports: [Health],
})
export class HealthModule {}

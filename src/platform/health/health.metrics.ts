import { Injectable } from '@nestjs/common';
import { observeGauge, observeGauges } from '../metrics/observed-gauge.js';
import { Health } from './health.js';

/** What `/health` says, for Prometheus. */
@Injectable()
export class HealthMetrics {
  constructor(health: Health) {
    observeGauge(
      'waybill_ready',
      '1 when every required part is up, else 0. Look at any 0 that lasts: waybill_part_up and /health name the part',
      async () => ((await health.ready()).status === 'up' ? 1 : 0),
    );
    observeGauge(
      'waybill_live',
      '1 while the process can recover by itself, 0 when it must be restarted; /health/live says why',
      () => (health.live().status === 'up' ? 1 : 0),
    );
    observeGauges(
      'waybill_part_up',
      '1 when a part (database, kafka, consumer, relay, ...) is up, else 0. Look at any 0 that lasts; /health says why',
      'part',
      async () =>
        Object.entries({ ...health.remarked(), ...(await health.ready()).parts }).map(([part, { up }]) => [
          part,
          up ? 1 : 0,
        ]),
    );
  }
}

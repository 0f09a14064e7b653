import { Injectable } from '@nestjs/common';
import { observeGauge, observeGauges } from '../metrics/observed-gauge.js';
import { Health } from './health.js';

/** What `/health` says, for Prometheus. */
@Injectable()
export class HealthMetrics {
  constructor(health: Health) {
    observeGauge('waybill_ready', 'Whether the program can do its work: 1 or 0', async () =>
      (await health.ready()).status === 'up' ? 1 : 0,
    );
    observeGauge('waybill_live', 'Whether the process is worth keeping: 1 or 0', () =>
      health.live().status === 'up' ? 1 : 0,
    );
    observeGauges('waybill_part_up', 'Whether a part is up: 1 or 0', 'part', async () =>
      Object.entries({ ...health.remarked(), ...(await health.ready()).parts }).map(([part, { up }]) => [
        part,
        up ? 1 : 0,
      ]),
    );
  }
}

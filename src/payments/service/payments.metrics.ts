import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Environment } from '../../platform/config/environment.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import type { RecordingOutcome } from './payment-recording.js';

const EVENTS = 'waybill_payments_events_total';

/** How payment events come, and what becomes of them there. */
const OUTCOMES = {
  topic: ['recorded', 'known', 'conflicting', 'invalid'],
  http: ['recorded', 'known', 'conflicting', 'invalid', 'unsigned'],
} as const;

type Via = keyof typeof OUTCOMES;
export type PaymentOutcome = RecordingOutcome | 'invalid' | 'unsigned';

export const PAYMENTS_METRICS: Provider[] = [
  counterProvider({
    name: EVENTS,
    help: 'Payment events, by how they came (topic or http) and outcome (recorded, known, conflicting, invalid, unsigned). Look when conflicting, invalid or unsigned rises: a sender is wrong, or a secret was changed on one side',
    labelNames: ['via', 'outcome'],
  }),
];

/** Counts payment events. */
@Injectable()
export class PaymentsMetrics {
  constructor(
    @InjectMetric(EVENTS) private readonly events: Counter<'via' | 'outcome'>,
    { ROLES }: Environment,
  ) {
    const showAtZero = (via: Via): void => {
      for (const outcome of OUTCOMES[via]) events.inc({ via, outcome }, 0);
    };
    if (ROLES.includes('api')) showAtZero('http');
    if (ROLES.includes('consumer')) showAtZero('topic');
  }

  count(via: Via, outcomes: readonly PaymentOutcome[]): void {
    for (const outcome of outcomes) this.events.inc({ via, outcome });
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { RecentLetters } from '../../platform/dead-letters/recent-letters.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { BUCKET_MS, BUCKET_SECONDS, bucketOf, BUCKETS, HeardRates } from './heard-rates.js';
import { OrderBroadcast } from './order-broadcast.js';

/** What happened lately, a figure for each bucket and the oldest first; null where nobody knows. */
export interface Rates {
  readonly bucket_seconds: number;
  readonly buckets: number;
  /** Where the last bucket ends, RFC 3339 in UTC. */
  readonly until: string;
  readonly orders_in: readonly (number | null)[];
  readonly changes_out: readonly (number | null)[];
  readonly dead_letters: readonly (number | null)[];
}

/** The part of `/health` that hears the status topic, where there is a Kafka. */
const HEARING_PART = 'news';
const NOBODY_KNOWS: readonly null[] = Array.from({ length: BUCKETS }, () => null);

/**
 * The rates of the last five minutes. Orders and changes are what this process heard of the status topic, so it asks nobody for
 * them, and knows nothing from before its start. Dead letters are counted in their table, once for each bucket however many ask.
 */
@Injectable()
export class OrderRates {
  private readonly heard = new HeardRates();
  private counted: { end: number; letters: Promise<readonly (number | null)[]> } | undefined;

  constructor(
    private readonly letters: RecentLetters,
    private readonly health: Health,
    @Inject(LOGGER) private readonly log: Logger,
    broadcast: OrderBroadcast,
    { KAFKA_BROKERS }: Environment,
    lifecycle: Lifecycle,
  ) {
    broadcast.stream.subscribe(({ isNew }) => this.heard.hear(Date.now(), isNew));
    broadcast.resumed.subscribe(() => this.heard.begin(Date.now()));
    // Without Kafka nothing can have been missed once the program has started: the relay comes behind this.
    if (KAFKA_BROKERS === undefined) {
      lifecycle.beforeReady('the rates of orders', () => this.heard.begin(Date.now()));
    }
  }

  async last(): Promise<Rates> {
    const end = bucketOf(Date.now());
    const [state, letters] = await Promise.all([this.health.stateOf(HEARING_PART), this.lettersBefore(end)]);
    const { ordersIn, changesOut } = this.heard.before(end, state?.up ?? true);
    return {
      bucket_seconds: BUCKET_SECONDS,
      buckets: BUCKETS,
      until: new Date(end * BUCKET_MS).toISOString(),
      orders_in: ordersIn,
      changes_out: changesOut,
      dead_letters: letters,
    };
  }

  private lettersBefore(end: number): Promise<readonly (number | null)[]> {
    if (this.counted?.end !== end) this.counted = { end, letters: this.count(end) };
    return this.counted.letters;
  }

  /** A database that is away takes nothing from what was heard. */
  private async count(end: number): Promise<readonly (number | null)[]> {
    const fromMs = (end - BUCKETS) * BUCKET_MS;
    try {
      return await this.letters.counts({ fromMs, lengthMs: BUCKET_MS, count: BUCKETS });
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'dead letters could not be counted');
      return NOBODY_KNOWS;
    }
  }
}

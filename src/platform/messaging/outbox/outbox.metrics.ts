import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { observeGauge } from '../../metrics/observed-gauge.js';

/** Counting a backlog of millions at every scrape would only add to what holds it up. */
const MOST_COUNTED = 100_000;

/** Every process counts the same table, whether it relays or not: a backlog is also seen when none does. */
@Injectable()
export class OutboxMetrics {
  constructor(private readonly database: Database) {
    observeGauge(
      'waybill_outbox_pending',
      `Messages that wait in the outbox, counted up to ${MOST_COUNTED}. Look when it keeps growing: the relay or Kafka is behind`,
      () => this.pending(),
    );
  }

  private async pending(): Promise<number | undefined> {
    if (!this.database.isOpen) return undefined;
    const [row]: { pending: number }[] = await this.database.source.query(
      'SELECT count(*)::int AS pending FROM (SELECT FROM outbox LIMIT $1) AS counted',
      [MOST_COUNTED],
    );
    return row!.pending;
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { CarrierEvent } from '../model/carrier-event.js';
import { type Parcel, type ParcelMarks, parcelStateOf } from '../model/parcel.js';
import type { TimelinePosition } from '../model/timeline.js';
import { CarrierEventEntity } from './tracking.entities.js';

/** An event as it came; what it came without is null. */
export type StoredEvent = {
  readonly [Field in Exclude<keyof CarrierEvent, 'track_number'>]: Exclude<
    CarrierEvent[Field],
    undefined
  > | null;
};

export interface TimelinePage {
  readonly events: readonly StoredEvent[];
  /** Where the next page begins; not there when this is the last one. */
  readonly next?: TimelinePosition;
}

const FIELDS = ['event_id', 'type', 'occurred_at', 'location', 'carrier', 'note', 'estimated_at'] as const;

const PARCEL = 'SELECT marks FROM tracking.parcels WHERE track_number = $1';
const ORDERS = `
  SELECT order_uid FROM tracking.order_parcels WHERE track_number = $1 ORDER BY track_number, order_uid LIMIT $2`;

/** What has happened to one parcel. */
@Injectable()
export class TimelineRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined where neither an event nor an order has named it */
  async parcel(trackNumber: string): Promise<Parcel | undefined> {
    const [row]: { marks: ParcelMarks | null }[] = await this.database.source.query(PARCEL, [trackNumber]);
    return row && { track_number: trackNumber, ...parcelStateOf(row.marks) };
  }

  /** The first orders that it belongs to, by their ids. */
  async ordersOf(trackNumber: string, most: number): Promise<string[]> {
    const rows: { order_uid: string }[] = await this.database.source.query(ORDERS, [trackNumber, most]);
    return rows.map(({ order_uid }) => order_uid);
  }

  /** One page of its events after a position, oldest first. Costs the same wherever in the timeline it stands. */
  async page(trackNumber: string, limit: number, after?: TimelinePosition): Promise<TimelinePage> {
    const query = this.database.source
      .createQueryBuilder()
      .from(CarrierEventEntity, 'e')
      .select('e.moment', 'moment')
      .addSelect('e.rank', 'rank')
      .where('e.track_number = :trackNumber', { trackNumber })
      .orderBy('e.moment')
      .addOrderBy('e.rank')
      .addOrderBy('e.event_id')
      .limit(limit + 1);
    for (const field of FIELDS) query.addSelect(`e.${field}`, field);
    if (after !== undefined)
      query.andWhere('(e.moment, e.rank, e.event_id) > (:moment, :rank, :eventId)', { ...after });
    const rows = await query.getRawMany<StoredEvent & Pick<TimelinePosition, 'moment' | 'rank'>>();
    const shown = rows.slice(0, limit);
    const events = shown.map(({ moment: _moment, rank: _rank, ...event }) => event);
    const last = shown.at(-1);
    if (rows.length <= limit || last === undefined) return { events };
    return { events, next: { moment: last.moment, rank: last.rank, eventId: last.event_id! } };
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ReadingPlace, StoredReading } from '../model/reading.js';
import type { ReadingFilter } from '../model/reading-filter.js';
import { ReadingEntity } from './reading.entity.js';

export interface ReadingPage {
  readonly readings: readonly StoredReading[];
  /** Where the next page begins; not there when this is the last one. */
  readonly next?: ReadingPlace;
}

/** Lists of readings: of one sensor the newest first, of all of them the last stored first. */
@Injectable()
export class ReadingListRepository {
  constructor(private readonly database: Database) {}

  /** One page after a position. Costs the same wherever in the list it stands. */
  async page(filter: ReadingFilter, limit: number, after?: ReadingPlace): Promise<ReadingPage> {
    const { sensorId, from, to } = filter;
    const query = this.database.source
      .createQueryBuilder()
      .select('d.id', 'id')
      .addSelect('d.sensor_id', 'sensor_id')
      .addSelect('d.value', 'value')
      .addSelect('d.ts', 'timestamp')
      .from(ReadingEntity, 'd')
      .limit(limit + 1);
    // Of one sensor the index has them by their time.
    if (sensorId !== undefined)
      query.andWhere('d.sensor_id = :sensorId', { sensorId }).orderBy('d.ts', 'DESC');
    query.addOrderBy('d.id', 'DESC');
    if (from !== undefined) query.andWhere('d.ts >= :from', { from });
    if (to !== undefined) query.andWhere('d.ts < :to', { to });
    if (after !== undefined) {
      query.andWhere(sensorId === undefined ? 'd.id < :id' : '(d.ts, d.id) < (:timestamp, :id)', {
        ...after,
      });
    }
    const readings = await query.getRawMany<StoredReading>();
    if (readings.length <= limit) return { readings };
    const shown = readings.slice(0, limit);
    const { timestamp, id } = shown.at(-1)!;
    return { readings: shown, next: { timestamp, id } };
  }
}

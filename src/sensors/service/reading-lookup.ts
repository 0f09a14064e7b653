import { Injectable } from '@nestjs/common';
import { LatestReadings } from '../cache/latest-readings.js';
import type { ReadingPlace, StoredReading } from '../model/reading.js';
import type { ReadingFilter } from '../model/reading-filter.js';
import { ReadingListRepository, type ReadingPage } from '../repository/reading-list.repository.js';

/** The one read path. */
@Injectable()
export class ReadingLookup {
  constructor(
    private readonly latest: LatestReadings,
    private readonly lists: ReadingListRepository,
  ) {}

  /** The latest reading of a sensor, from memory; undefined: ask {@link latestOf}. */
  peek(sensorId: string): StoredReading | undefined {
    return this.latest.peek(sensorId);
  }

  /** The latest reading of a sensor; undefined where it has none. */
  latestOf(sensorId: string): Promise<StoredReading | undefined> {
    return this.latest.read(sensorId);
  }

  list(filter: ReadingFilter, limit: number, after?: ReadingPlace): Promise<ReadingPage> {
    return this.lists.page(filter, limit, after);
  }
}

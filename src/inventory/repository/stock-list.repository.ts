import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { StockLevel } from '../model/stock-level.js';
import type { StockFilter } from '../model/stock-filter.js';
import { StockEntity } from './inventory.entities.js';

export interface StockPage {
  readonly levels: readonly StockLevel[];
  /** The last `chrtId` of the page, behind which the next one begins; not there when this is the last page. */
  readonly next?: number;
}

/** Lists of levels, by `chrt_id`. */
@Injectable()
export class StockListRepository {
  constructor(private readonly database: Database) {}

  async page({ nmId, below }: StockFilter, limit: number, after?: number): Promise<StockPage> {
    const query = this.database.source
      .createQueryBuilder()
      .select('s.chrt_id', 'chrtId')
      .addSelect('s.nm_id', 'nmId')
      .addSelect('s.on_hand', 'onHand')
      .addSelect('s.reserved', 'reserved')
      .addSelect('s.version', 'version')
      .from(StockEntity, 's')
      .orderBy('s.chrt_id')
      .limit(limit + 1);
    if (nmId !== undefined) query.andWhere('s.nm_id = :nmId', { nmId });
    if (below !== undefined) query.andWhere('s.on_hand - s.reserved < :below', { below });
    if (after !== undefined) query.andWhere('s.chrt_id > :after', { after });
    const levels = await query.getRawMany<StockLevel>();
    if (levels.length <= limit) return { levels };
    const shown = levels.slice(0, limit);
    return { levels: shown, next: shown.at(-1)!.chrtId };
  }
}

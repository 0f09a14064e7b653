import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { StockFilter, StockOrder, StockPlace } from '../model/stock-filter.js';
import { availableOf, type StockLevel } from '../model/stock-level.js';
import { StockEntity } from './inventory.entities.js';

export interface StockPage {
  readonly levels: readonly StockLevel[];
  /** Place of the page's last level, behind which the next one begins; not there when this is the last page. */
  readonly next?: StockPlace;
}

/** As the index has it: `ix_stock_available`. */
const AVAILABLE = 's.on_hand - s.reserved';

/** Lists of levels. */
@Injectable()
export class StockListRepository {
  constructor(private readonly database: Database) {}

  /** @param after in a list of the same order */
  async page(
    { nmId, below }: StockFilter,
    order: StockOrder,
    limit: number,
    after?: StockPlace,
  ): Promise<StockPage> {
    const query = this.database.source
      .createQueryBuilder()
      .select('s.chrt_id', 'chrtId')
      .addSelect('s.nm_id', 'nmId')
      .addSelect('s.on_hand', 'onHand')
      .addSelect('s.reserved', 'reserved')
      .addSelect('s.version', 'version')
      .from(StockEntity, 's')
      .limit(limit + 1);
    if (order === 'available') query.orderBy(AVAILABLE);
    query.addOrderBy('s.chrt_id');
    if (nmId !== undefined) query.andWhere('s.nm_id = :nmId', { nmId });
    if (below !== undefined) query.andWhere(`${AVAILABLE} < :below`, { below });
    if (after?.available !== undefined)
      query.andWhere(`(${AVAILABLE}, s.chrt_id) > (:available, :chrtId)`, after);
    else if (after !== undefined) query.andWhere('s.chrt_id > :chrtId', after);
    const levels = await query.getRawMany<StockLevel>();
    if (levels.length <= limit) return { levels };
    const shown = levels.slice(0, limit);
    return { levels: shown, next: placeOf(shown.at(-1)!, order) };
  }
}

function placeOf(level: StockLevel, order: StockOrder): StockPlace {
  const { chrtId } = level;
  return order === 'available' ? { available: availableOf(level), chrtId } : { chrtId };
}

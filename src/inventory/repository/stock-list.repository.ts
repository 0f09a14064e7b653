import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/database.js';
import type { StockFilter, StockOrder, StockPlace } from '../model/stock-filter.js';
import { availableOf, type StockLevel } from '../model/stock-level.js';
import { StockEntity } from './inventory.entities.js';

export interface StockPage {
  readonly levels: readonly StockLevel[];
  /** Place of the page's last level, behind which the next one begins; not there when this is the last page. */
  readonly next?: StockPlace;
}

/** Has no index: each reservation would have to be written into it, and into all the others with it. */
const AVAILABLE = 's.on_hand - s.reserved';
/** The whole stock is read and sorted for a page; of so many things that it takes longer, nobody wants it that often. */
const SORT_LIMIT_MS = 2_000;
/** Lists of levels. */
@Injectable()
export class StockListRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param after in a list of the same order
   * @throws what PostgreSQL says of a stock that takes too long to sort, which is transient
   */
  async page(filter: StockFilter, order: StockOrder, limit: number, after?: StockPlace): Promise<StockPage> {
    const found = (by: EntityManager): Promise<StockLevel[]> => levelsBy(by, filter, order, limit + 1, after);
    const levels =
      order === 'chrt_id'
        ? await found(this.database.source.manager)
        : await this.database.transaction(found, { statementMs: SORT_LIMIT_MS });
    if (levels.length <= limit) return { levels };
    const shown = levels.slice(0, limit);
    return { levels: shown, next: placeOf(shown.at(-1)!, order) };
  }
}

function levelsBy(
  by: EntityManager,
  { nmId, below }: StockFilter,
  order: StockOrder,
  limit: number,
  after?: StockPlace,
): Promise<StockLevel[]> {
  const query = by
    .createQueryBuilder()
    .select('s.chrt_id', 'chrtId')
    .addSelect('s.nm_id', 'nmId')
    .addSelect('s.on_hand', 'onHand')
    .addSelect('s.reserved', 'reserved')
    .addSelect('s.version', 'version')
    .from(StockEntity, 's')
    .limit(limit);
  if (order === 'available') query.orderBy(AVAILABLE);
  query.addOrderBy('s.chrt_id');
  if (nmId !== undefined) query.andWhere('s.nm_id = :nmId', { nmId });
  if (below !== undefined) query.andWhere(`${AVAILABLE} < :below`, { below });
  if (after?.available !== undefined)
    query.andWhere(`(${AVAILABLE}, s.chrt_id) > (:available, :chrtId)`, after);
  else if (after !== undefined) query.andWhere('s.chrt_id > :chrtId', after);
  return query.getRawMany<StockLevel>();
}

function placeOf(level: StockLevel, order: StockOrder): StockPlace {
  const { chrtId } = level;
  return order === 'available' ? { available: availableOf(level), chrtId } : { chrtId };
}

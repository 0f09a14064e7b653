import { Injectable } from '@nestjs/common';
import type { StockFilter, StockOrder, StockPlace } from '../model/stock-filter.js';
import type { StockLevel } from '../model/stock-level.js';
import { type MovementPage, MovementListRepository } from '../repository/movement-list.repository.js';
import { StockListRepository, type StockPage } from '../repository/stock-list.repository.js';
import { StockRepository } from '../repository/stock.repository.js';

/** What there is, and how it came about. */
@Injectable()
export class StockLookup {
  constructor(
    private readonly stock: StockRepository,
    private readonly levels: StockListRepository,
    private readonly journal: MovementListRepository,
  ) {}

  /** Undefined for what nobody has registered. */
  find(chrtId: number): Promise<StockLevel | undefined> {
    return this.stock.find(chrtId);
  }

  list(filter: StockFilter, order: StockOrder, limit: number, after?: StockPlace): Promise<StockPage> {
    return this.levels.page(filter, order, limit, after);
  }

  movements(chrtId: number, limit: number, before?: number): Promise<MovementPage> {
    return this.journal.page(chrtId, limit, before);
  }
}

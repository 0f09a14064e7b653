import { Module } from '@nestjs/common';
import { KnownOrderRepository } from './known-order.repository.js';
import { MovementListRepository } from './movement-list.repository.js';
import { StockListRepository } from './stock-list.repository.js';
import { StockRepository } from './stock.repository.js';

const REPOSITORIES = [StockRepository, KnownOrderRepository, StockListRepository, MovementListRepository];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class InventoryRepositoryModule {}

import { Module } from '@nestjs/common';
import { AnnouncementRepository } from './announcement.repository.js';
import { LifeRepository } from './life.repository.js';
import { OrderCountRepository } from './order-count.repository.js';
import { OrderExportRepository } from './order-export.repository.js';
import { OrderHistoryRepository } from './order-history.repository.js';
import { OrderListRepository } from './order-list.repository.js';
import { OrderNoteRepository } from './order-note.repository.js';
import { OrderRepository } from './order.repository.js';
import { OrderSearchRepository } from './order-search.repository.js';
import { SearchFillRepository } from './search-fill.repository.js';
import { StoredOrders } from './stored-orders.js';
import { WaitingRepository } from './waiting.repository.js';
import { WaitsFillRepository } from './waits-fill.repository.js';

const REPOSITORIES = [
  OrderRepository,
  OrderListRepository,
  StoredOrders,
  LifeRepository,
  AnnouncementRepository,
  OrderHistoryRepository,
  OrderSearchRepository,
  SearchFillRepository,
  OrderCountRepository,
  OrderExportRepository,
  OrderNoteRepository,
  WaitingRepository,
  WaitsFillRepository,
];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class OrdersRepositoryModule {}

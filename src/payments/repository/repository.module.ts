import { Module } from '@nestjs/common';
import { BalanceRepository } from './balance.repository.js';
import { LedgerRepository } from './ledger.repository.js';
import { PaymentListRepository } from './payment-list.repository.js';

const REPOSITORIES = [BalanceRepository, LedgerRepository, PaymentListRepository];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class PaymentsRepositoryModule {}

import { Module } from '@nestjs/common';
import { PromosCacheModule } from '../cache/cache.module.js';
import { PromosRepositoryModule } from '../repository/repository.module.js';
import { UserLookup } from './user-lookup.js';

@Module({
  imports: [PromosRepositoryModule, PromosCacheModule],
  providers: [UserLookup],
  exports: [UserLookup],
})
export class PromosServiceModule {}

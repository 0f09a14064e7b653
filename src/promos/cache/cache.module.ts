import { Module } from '@nestjs/common';
import { PromosRepositoryModule } from '../repository/repository.module.js';
import { UserCache } from './user-cache.js';
import { UserChangesListener } from './user-changes-listener.js';

@Module({
  imports: [PromosRepositoryModule],
  providers: [UserCache, UserChangesListener],
  exports: [UserCache],
})
export class PromosCacheModule {}

import { Module } from '@nestjs/common';
import { PromosCacheModule } from '../cache/cache.module.js';
import { PromosRepositoryModule } from '../repository/repository.module.js';
import { UserEdits } from './user-edits.js';
import { UserImports } from './user-imports.js';
import { UserLookup } from './user-lookup.js';

@Module({
  imports: [PromosRepositoryModule, PromosCacheModule],
  providers: [UserEdits, UserImports, UserLookup],
  exports: [UserEdits, UserImports, UserLookup],
})
export class PromosServiceModule {}

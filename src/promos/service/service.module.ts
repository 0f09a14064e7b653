import { Module } from '@nestjs/common';
import { PromosRepositoryModule } from '../repository/repository.module.js';
import { UserImports } from './user-imports.js';

@Module({
  imports: [PromosRepositoryModule],
  providers: [UserImports],
  exports: [PromosRepositoryModule, UserImports],
})
export class PromosServiceModule {}

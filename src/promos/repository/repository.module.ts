import { Module } from '@nestjs/common';
import { UserImportRepository } from './user-import.repository.js';
import { UserRepository } from './user.repository.js';

@Module({
  providers: [UserRepository, UserImportRepository],
  exports: [UserRepository, UserImportRepository],
})
export class PromosRepositoryModule {}

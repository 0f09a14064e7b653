import { Module } from '@nestjs/common';
import { PromosRepositoryModule } from '../repository/repository.module.js';
import { ChangedUsers, NoHeldUsers } from './changed-users.js';
import { UserEdits } from './user-edits.js';

@Module({
  imports: [PromosRepositoryModule],
  providers: [UserEdits, { provide: ChangedUsers, useClass: NoHeldUsers }],
  exports: [PromosRepositoryModule, UserEdits],
})
export class PromosServiceModule {}

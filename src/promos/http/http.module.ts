import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';
import { HotUsers } from './hot-users.js';
import { UserChangesController } from './user-changes.controller.js';
import { UserImportController } from './user-import.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [PromosServiceModule],
  controllers: [UsersController, UserChangesController, UserImportController],
  providers: [HotUsers],
})
export class PromosHttpModule {}

import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';
<<<<<<< HEAD
import { HotUsers } from './hot-users.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [PromosServiceModule],
  controllers: [UsersController],
  providers: [HotUsers],
})
=======
import { UserImportController } from './user-import.controller.js';

@Module({ imports: [PromosServiceModule], controllers: [UserImportController] })
>>>>>>> h/promos-import
export class PromosHttpModule {}

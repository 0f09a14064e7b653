import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';
import { HotUsers } from './hot-users.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [PromosServiceModule],
  controllers: [UsersController],
  providers: [HotUsers],
})
export class PromosHttpModule {}

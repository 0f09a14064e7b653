import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';
import { UserChangesController } from './user-changes.controller.js';

@Module({ imports: [PromosServiceModule], controllers: [UserChangesController] })
export class PromosHttpModule {}

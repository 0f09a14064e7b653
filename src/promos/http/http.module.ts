import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';
import { UserImportController } from './user-import.controller.js';

@Module({ imports: [PromosServiceModule], controllers: [UserImportController] })
export class PromosHttpModule {}

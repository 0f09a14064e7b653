import { Module } from '@nestjs/common';
import { PromosServiceModule } from '../service/service.module.js';

@Module({ imports: [PromosServiceModule] })
export class PromosHttpModule {}

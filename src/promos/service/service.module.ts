import { Module } from '@nestjs/common';
import { PromosRepositoryModule } from '../repository/repository.module.js';

@Module({ imports: [PromosRepositoryModule], exports: [PromosRepositoryModule] })
export class PromosServiceModule {}

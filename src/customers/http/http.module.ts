import { Module } from '@nestjs/common';
import { CustomersServiceModule } from '../service/service.module.js';

@Module({ imports: [CustomersServiceModule] })
export class CustomersHttpModule {}

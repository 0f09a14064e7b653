import { type DynamicModule, Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import type { CustomersSettings } from '../customers.settings.js';
import { CustomersServiceModule } from '../service/service.module.js';
import { CustomerAnswers } from './customer-answers.js';
import { CustomerChangesController } from './customer-changes.controller.js';
import { CustomersController } from './customers.controller.js';
import { prefixOf } from './customers-path.js';
import { HotCustomers } from './hot-customers.js';

@Module({
  imports: [CustomersServiceModule],
  controllers: [CustomersController],
  providers: [CustomerAnswers, HotCustomers],
})
export class CustomersHttpModule {
  /** The routes under the prefix of the settings; those of changes only where they are switched on. */
  static register(settings: CustomersSettings): DynamicModule {
    return {
      module: CustomersHttpModule,
      imports: [RouterModule.register([{ path: prefixOf(settings), module: CustomersHttpModule }])],
      controllers: settings.CUSTOMERS_WRITES === 'on' ? [CustomerChangesController] : [],
    };
  }
}

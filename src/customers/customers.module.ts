import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { CUSTOMERS_SETTINGS, CustomersSettings } from './customers.settings.js';
import { customersApi } from './http/customers.api.js';
import { customersPath } from './http/customers-path.js';
import { CustomersHttpModule } from './http/http.module.js';
import { CustomersServiceModule } from './service/service.module.js';

@Module({ imports: [CustomersServiceModule] })
class CustomersModule {}

/** Customers, whom each process holds in memory, out of a topic that has all of them. */
export const customers: Context = {
  name: 'customers',
  settings: CUSTOMERS_SETTINGS,
  entities: [],
  topics: (settings) => ({ users: settings.of(CustomersSettings).CUSTOMERS_TOPIC }),
  consumes: ['users'],
  // Small, out of memory, and by a strong ETag.
  plainRoutes: (settings) => [`${customersPath(settings.of(CustomersSettings))}/:account_id`],
  api: (settings) => customersApi(customersPath(settings.of(CustomersSettings))),
  module: ({ ROLES }, settings) => ({
    module: CustomersModule,
    imports: ROLES.includes('api') ? [CustomersHttpModule.register(settings.of(CustomersSettings))] : [],
  }),
};

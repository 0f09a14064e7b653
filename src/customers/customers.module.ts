import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { CUSTOMERS_SETTINGS, CustomersSettings } from './customers.settings.js';
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
  commands: async () => (await import('./customers.commands.js')).CUSTOMERS_COMMANDS,
  module: ({ ROLES }) => ({
    module: CustomersModule,
    imports: ROLES.includes('api') ? [CustomersHttpModule] : [],
  }),
};

import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { KeptCustomersConsumerModule, ReplayedCustomersModule } from './consumer/consumer.module.js';
import { CUSTOMERS_SETTINGS, CustomersSettings } from './customers.settings.js';
import { customersApi } from './http/customers.api.js';
import { customersPath } from './http/customers-path.js';
import { CustomersHttpModule } from './http/http.module.js';
import { CustomerEntity } from './repository/customer.entity.js';
import { Customers1797076800000 } from './repository/customers.migration.js';
import { RefusedRecordEntity } from './repository/refused-record.entity.js';

@Module({})
class CustomersModule {}

/** Customers, whom each process holds in memory, out of a topic that has all of them. */
export const customers: Context = {
  name: 'customers',
  isVital: true,
  settings: CUSTOMERS_SETTINGS,
  entities: [CustomerEntity, RefusedRecordEntity],
  migrations: [Customers1797076800000],
  topics: (settings) => ({ users: settings.of(CustomersSettings).CUSTOMERS_TOPIC }),
  consumes: ['users'],
  commands: async () => (await import('./customers.commands.js')).CUSTOMERS_COMMANDS,
  compacted: ['users'],
  replayGroup: (settings) => settings.of(CustomersSettings).CUSTOMERS_GROUP_ID,
  events: async () => (await import('./customers.events.js')).CUSTOMERS_EVENTS,
  checks: async (environment, settings) =>
    (await import('./customers.checks.js')).customersChecks(environment, settings.of(CustomersSettings)),
  // Small, out of memory, and by a strong ETag.
  plainRoutes: (settings) => [`${customersPath(settings.of(CustomersSettings))}/:account_id`],
  api: (settings) => customersApi(customersPath(settings.of(CustomersSettings))),
  module: ({ ROLES, KAFKA_BROKERS }, settings) => {
    const isApi = ROLES.includes('api');
    const http = isApi ? [CustomersHttpModule.register(settings.of(CustomersSettings))] : [];
    const isKept = KAFKA_BROKERS === undefined;
    const consumer = isKept ? [KeptCustomersConsumerModule] : isApi ? [ReplayedCustomersModule] : [];
    return { module: CustomersModule, imports: [...consumer, ...http] };
  },
};

import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { InventoryConsumerModule } from './consumer/consumer.module.js';
import { InventoryHttpModule } from './http/http.module.js';
import { INVENTORY_API } from './http/inventory.api.js';
import { INVENTORY_SETTINGS, InventorySettings } from './inventory.settings.js';
import { INVENTORY_ENTITIES } from './repository/inventory.entities.js';
import { Inventory1796558400000 } from './repository/inventory.migration.js';
import { MovementNames1796904010000 } from './repository/movement-names.migration.js';

@Module({ imports: [InventoryConsumerModule] })
class InventoryModule {}

/** What there is of each thing, what orders hold of it, and how it came about. */
export const inventory: Context = {
  name: 'inventory',
  settings: INVENTORY_SETTINGS,
  entities: INVENTORY_ENTITIES,
  migrations: [Inventory1796558400000, MovementNames1796904010000],
  topics: (settings) => ({ 'stock-status': settings.of(InventorySettings).STOCK_STATUS_TOPIC }),
  consumes: ['order-status'],
  api: () => INVENTORY_API,
  events: async () => (await import('./inventory.events.js')).INVENTORY_EVENTS,
  commands: async () => (await import('./inventory.commands.js')).INVENTORY_COMMANDS,
  module: ({ ROLES }) => ({
    module: InventoryModule,
    imports: ROLES.includes('api') ? [InventoryHttpModule] : [],
  }),
};

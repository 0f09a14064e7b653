import { Module } from '@nestjs/common';
import { Environment } from '../platform/config/environment.js';
import type { Context } from '../platform/context.js';
import { ORDER_CACHE } from './cache/order-cache.js';
import { OrdersConsumerModule } from './consumer/consumer.module.js';
import { OrdersHttpModule } from './http/http.module.js';
import { ORDERS_API } from './http/orders.api.js';
import { EXPORTS_PATH } from './http/order-exports.controller.js';
import { ORDERS_PATH } from './http/receipt-answer.js';
import { OrdersModelModule } from './model/model.module.js';
import { mayMakeOrdersUp, ORDERS_SETTINGS, OrdersSettings } from './orders.settings.js';
import { ORDER_ENTITIES } from './repository/order.entities.js';

@Module({
  imports: [
    OrdersModelModule.register({
      inject: [OrdersSettings],
      useFactory: ({ ORDER_TOTALS }: OrdersSettings) => ORDER_TOTALS,
    }),
    OrdersConsumerModule,
  ],
})
class OrdersModule {}

/** Orders, from the event to the answer: the main context. */
export const orders: Context = {
  name: 'orders',
  isMain: true,
  settings: ORDERS_SETTINGS,
  entities: ORDER_ENTITIES,
  topics(settings) {
    const { KAFKA_TOPIC, KAFKA_STATUS_TOPIC, KAFKA_DEAD_LETTER_TOPIC } = settings.of(OrdersSettings);
    return {
      orders: KAFKA_TOPIC,
      'order-status': KAFKA_STATUS_TOPIC,
      'orders.dead-letter': KAFKA_DEAD_LETTER_TOPIC,
    };
  },
  consumes: ['orders', 'payment-status', 'shipment-status', 'stock-status'],
  api: () => ORDERS_API,
  events: async () => (await import('./orders.events.js')).ORDERS_EVENTS,
  commands: async () => (await import('./orders.commands.js')).ORDERS_COMMANDS,
  // One order at a time: by its strong ETag, and mostly out of memory, which compressing would take longer than. And an export,
  // whose end says whether it is whole, which a compressed one would only do to who inflates it.
  plainRoutes: () => [`${ORDERS_PATH}/:order_uid`, EXPORTS_PATH],
  caches: [ORDER_CACHE],
  switches: (settings) => {
    const own = settings.of(OrdersSettings);
    return { demo: mayMakeOrdersUp(own, settings.of(Environment)), search: own.SEARCH === 'on' };
  },
  module: ({ ROLES }) => ({ module: OrdersModule, imports: ROLES.includes('api') ? [OrdersHttpModule] : [] }),
};

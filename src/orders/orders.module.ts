import { Module } from '@nestjs/common';
import { Environment } from '../platform/config/environment.js';
import type { Context } from '../platform/context.js';
import { ORDER_CACHE } from './cache/order-cache.js';
import { OrdersConsumerModule } from './consumer/consumer.module.js';
import { OrdersHttpModule } from './http/http.module.js';
import { OrdersModelModule } from './model/model.module.js';
import { ORDER_ENTITIES } from './repository/order.entities.js';

@Module({
  imports: [
    OrdersModelModule.register({
      inject: [Environment],
      useFactory: ({ ORDER_TOTALS }: Environment) => ORDER_TOTALS,
    }),
    OrdersConsumerModule,
  ],
})
class OrdersModule {}

/** Orders, from the event to the answer: the main context. */
export const orders: Context = {
  name: 'orders',
  isMain: true,
  entities: ORDER_ENTITIES,
  topics(settings) {
    const { KAFKA_TOPIC, KAFKA_STATUS_TOPIC, KAFKA_DEAD_LETTER_TOPIC } = settings.of(Environment);
    return {
      orders: KAFKA_TOPIC,
      'order-status': KAFKA_STATUS_TOPIC,
      'orders.dead-letter': KAFKA_DEAD_LETTER_TOPIC,
    };
  },
  consumes: ['orders'],
  caches: [ORDER_CACHE],
  module: ({ ROLES }) => ({ module: OrdersModule, imports: ROLES.includes('api') ? [OrdersHttpModule] : [] }),
};

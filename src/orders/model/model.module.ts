import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import type { OrderRules } from './order.validation.js';
import { OrderValidator } from './order-validator.js';

type TotalsRule = Pick<FactoryProvider<OrderRules['totals']>, 'inject' | 'useFactory'>;

/** The model knows no settings; whoever puts the house together says how totals are judged. */
@Module({})
export class OrdersModelModule {
  static register({ inject, useFactory }: TotalsRule): DynamicModule {
    const validator: FactoryProvider<OrderValidator> = {
      provide: OrderValidator,
      inject,
      useFactory: async (...parts: unknown[]) => new OrderValidator(await useFactory(...parts)),
    };
    return { module: OrdersModelModule, global: true, providers: [validator], exports: [OrderValidator] };
  }
}

/** Orders from memory by a Nest controller on Fastify, as Nest's own introduction writes one. */
import 'reflect-metadata';
import { Controller, Get, Headers, Inject, Module, Param, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { LRUCache } from 'lru-cache';
import {
  announce,
  heldOrders,
  NOT_FOUND_HEADERS,
  notFoundBody,
  notModifiedHeaders,
  orderHeaders,
  ORDERS_PATH,
  type ReadyOrder,
} from './ready-orders.js';

const ORDERS = 'ORDERS';

@Controller(ORDERS_PATH)
class OrdersController {
  constructor(@Inject(ORDERS) private readonly orders: LRUCache<string, ReadyOrder>) {}

  @Get(':order_uid')
  find(
    @Param('order_uid') orderUid: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer | string | undefined {
    const order = this.orders.get(orderUid);
    if (order === undefined) {
      reply.status(404).headers(NOT_FOUND_HEADERS);
      return notFoundBody(orderUid);
    }
    if (ifNoneMatch === order.etag) {
      reply.status(304).headers(notModifiedHeaders(order.etag));
      return undefined;
    }
    reply.headers(orderHeaders(order.etag));
    return order.body;
  }
}

@Module({
  controllers: [OrdersController],
  providers: [{ provide: ORDERS, useFactory: heldOrders }],
})
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: ['error'],
});
await app.listen(0, '127.0.0.1');
announce(app.getHttpServer());

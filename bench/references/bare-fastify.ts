/** Orders from memory by Fastify with one route and no hooks. */
import { fastify } from 'fastify';
import {
  announce,
  heldOrders,
  NOT_FOUND_HEADERS,
  notFoundBody,
  notModifiedHeaders,
  orderHeaders,
  ORDERS_PATH,
} from './ready-orders.js';

const orders = heldOrders();
const app = fastify({ logger: false });

app.get<{ Params: { order_uid: string } }>(`${ORDERS_PATH}:order_uid`, (request, reply) => {
  const { order_uid: orderUid } = request.params;
  const order = orders.get(orderUid);
  if (order === undefined) {
    reply.status(404).headers(NOT_FOUND_HEADERS).send(notFoundBody(orderUid));
    return;
  }
  if (request.headers['if-none-match'] === order.etag) {
    reply.status(304).headers(notModifiedHeaders(order.etag)).send();
  } else {
    reply.headers(orderHeaders(order.etag)).send(order.body);
  }
});

await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);

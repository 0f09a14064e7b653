/** Orders from memory by Fastify with one route and no hooks. */
import { fastify } from 'fastify';
import { announce, heldOrders, JSON_TYPE, notFoundBody, ORDERS_PATH, PROBLEM_TYPE } from './ready-orders.js';

const orders = heldOrders();
const app = fastify({ logger: false });

app.get<{ Params: { order_uid: string } }>(`${ORDERS_PATH}:order_uid`, (request, reply) => {
  const { order_uid: orderUid } = request.params;
  const order = orders.get(orderUid);
  if (order === undefined) {
    reply
      .status(404)
      .headers({ 'x-cache': 'HIT', 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
      .send(notFoundBody(orderUid));
    return;
  }
  reply.headers({ etag: order.etag, 'cache-control': 'no-cache', 'x-cache': 'HIT' });
  if (request.headers['if-none-match'] === order.etag) reply.status(304).send();
  else reply.type(JSON_TYPE).send(order.body);
});

await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);

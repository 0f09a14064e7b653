/** Orders from memory by Node's own HTTP server and nothing else: what the runtime can do at most. */
import { createServer } from 'node:http';
import { announce, heldOrders, JSON_TYPE, notFoundBody, ORDERS_PATH, PROBLEM_TYPE } from './ready-orders.js';

const orders = heldOrders();

const server = createServer((request, response) => {
  const orderUid = request.url!.slice(ORDERS_PATH.length);
  const order = orders.get(orderUid);
  if (order === undefined) {
    const body = notFoundBody(orderUid);
    response.writeHead(404, {
      'x-cache': 'HIT',
      'content-type': PROBLEM_TYPE,
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  } else if (request.headers['if-none-match'] === order.etag) {
    response.writeHead(304, { etag: order.etag, 'cache-control': 'no-cache', 'x-cache': 'HIT' });
    response.end();
  } else {
    response.writeHead(200, {
      etag: order.etag,
      'cache-control': 'no-cache',
      'x-cache': 'HIT',
      'content-type': JSON_TYPE,
      'content-length': order.body.length,
    });
    response.end(order.body);
  }
});
server.listen(0, '127.0.0.1', () => announce(server));

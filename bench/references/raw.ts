/** Orders from memory by Node's own HTTP or HTTPS server and nothing else: what the runtime can do at most. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { optionsOf } from '../script.js';
import {
  announce,
  heldOrders,
  type HeldOrders,
  NOT_FOUND_HEADERS,
  notFoundBody,
  notModifiedHeaders,
  orderHeaders,
  ORDERS_PATH,
} from './ready-orders.js';

const orders = heldOrders();

const answer: RequestListener = (request, response) => {
  const orderUid = request.url!.slice(ORDERS_PATH.length);
  const order = orders.get(orderUid);
  if (order === undefined) {
    const body = notFoundBody(orderUid);
    response.writeHead(404, { ...NOT_FOUND_HEADERS, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  } else if (request.headers['if-none-match'] === order.etag) {
    response.writeHead(304, notModifiedHeaders(order.etag));
    response.end();
  } else {
    response.writeHead(200, { ...orderHeaders(order.etag), 'content-length': order.body.length });
    response.end(order.body);
  }
};
const { certificate } = optionsOf<HeldOrders>();
const server =
  certificate === undefined
    ? createServer(answer)
    : createHttpsServer({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }, answer);
server.listen(0, '127.0.0.1', () => announce(server));

/** Customers from memory by Node's own HTTP server and nothing else: what the runtime can do at most. */
import { createServer } from 'node:http';
import { encodeCustomer } from '../../src/customers/model/customer-json.js';
import { SECURITY_HEADERS_BY_NAME } from '../../src/platform/http/security-headers.js';
import { benchCustomer, CUSTOMERS_PATH } from '../customers/bench-customers.js';
import { optionsOf } from '../script.js';
import { announce } from './ready-orders.js';

/** As the program's settings have it where nobody sets it. */
const CACHE_CONTROL = 'public, max-age=300';

const { customers: count } = optionsOf<{ readonly customers: number }>();
const customers = new Map(
  Array.from({ length: count }, (_, number) => {
    const customer = benchCustomer(number);
    const body = Buffer.from(encodeCustomer(customer));
    return [customer.accountId, { body, etag: `"${customer.updatedAt}"` }];
  }),
);

const server = createServer((request, response) => {
  const customer = customers.get(request.url!.slice(CUSTOMERS_PATH.length));
  if (customer === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { body, etag } = customer;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag, 'cache-control': CACHE_CONTROL, 'x-data-lag': '0' }).end();
    return;
  }
  response.writeHead(200, {
    etag,
    'cache-control': CACHE_CONTROL,
    'x-data-lag': '0',
    'content-type': 'application/json; charset=utf-8',
    ...SECURITY_HEADERS_BY_NAME,
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => announce(server));

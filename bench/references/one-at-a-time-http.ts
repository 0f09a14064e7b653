/**
 * Takes orders over HTTP in the plain way, as a tutorial shows it: the body is parsed, stored by one INSERT a row in a
 * transaction of its own, and the answer comes after the commit. Says its URL.
 */
import Fastify from 'fastify';
import { Pool } from 'pg';
import type { Order } from '../../src/orders/model/order.js';
import { optionsOf, say } from '../script.js';
import { storeOrder } from './order-inserts.js';

export interface OneAtATimeHttpOptions {
  /** With the program's schema in it. */
  readonly databaseUrl: string;
  /** To PostgreSQL. With one, an order waits for the commit of the one before, as in a consumer's eachMessage. */
  readonly connections: number;
}

const { databaseUrl, connections } = optionsOf<OneAtATimeHttpOptions>();
const pool = new Pool({ connectionString: databaseUrl, max: connections });
const server = Fastify();

server.post<{ Body: Order }>('/api/orders', async (request, reply) => {
  const client = await pool.connect();
  try {
    await storeOrder(client, request.body);
  } finally {
    client.release();
  }
  return reply.status(201).send({ order_uid: request.body.order_uid });
});

say({ url: await server.listen({ host: '127.0.0.1', port: 0 }) });

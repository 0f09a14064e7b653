import type { LoadRequest } from '../load/load-options.js';
import { ORDER_ROUTE } from './program-counts.js';
import { ORDERS_PATH, readyOrders } from '../references/ready-orders.js';

const ABSENT_IDS = 1_000;
/** So that an answer to one is as long as the answer to any other. */
const ABSENT_DIGITS = 14;

/** The references by their names in the table, each with its file. */
export const REFERENCES = {
  'raw node:http': 'raw.ts',
  'bare Fastify': 'bare-fastify.ts',
  'plain Nest': 'plain-nest.ts',
};

export type ReferenceName = keyof typeof REFERENCES;

/** One kind of request that memory answers. */
export interface HotRow {
  readonly name: string;
  /** As the program's metrics name it. */
  readonly route: string;
  readonly requests: readonly LoadRequest[];
  /** Of every answer. */
  readonly status: number;
  /** By their names in the table. */
  readonly references: readonly [string, ...string[]];
}

/** @param orders how many of the first ones are in memory */
export function hotRows(orders: number): HotRow[] {
  const held = readyOrders(orders).map(({ orderUid, etag }) => ({ path: ORDERS_PATH + orderUid, etag }));
  return [
    {
      name: 'hot GET',
      route: ORDER_ROUTE,
      requests: held.map(({ path }) => ({ path })),
      status: 200,
      references: ['raw node:http', 'bare Fastify', 'plain Nest'],
    },
    {
      name: 'not modified',
      route: ORDER_ROUTE,
      requests: held.map(({ path, etag }) => ({ path, headers: { 'if-none-match': etag } })),
      status: 304,
      references: ['raw node:http'],
    },
    {
      name: 'absent',
      route: ORDER_ROUTE,
      requests: Array.from({ length: ABSENT_IDS }, (_, number) => ({
        path: `${ORDERS_PATH}absent${String(number).padStart(ABSENT_DIGITS, '0')}`,
      })),
      status: 404,
      references: ['raw node:http'],
    },
  ];
}

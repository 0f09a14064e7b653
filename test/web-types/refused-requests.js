/*
 * What tsc is to refuse of the page's requests. It says so of each line, and of each that it would let pass: nothing of this is
 * run.
 */
import { addressOf, get, post, put, remove } from '../../web/api/client.js';

const misspelt = { customer: 'a', limit: 1 };
const unknownField = { reason: 'a', bye: 'Mia' };
const order_uid = 'a';

export const REFUSED = [
  // @ts-expect-error -- no such route
  () => get('/api/order'),
  // @ts-expect-error -- the route takes no POST
  () => post('/api/orders/{order_uid}/summary', { path: { order_uid } }),
  // @ts-expect-error -- another name in the path
  () => get('/api/orders/{order_uid}', { path: { uid: 'a' } }),
  // @ts-expect-error -- no such parameter
  () => get('/api/orders', { query: { customer: 'a' } }),
  // @ts-expect-error -- nor where it was put together before
  () => get('/api/orders', { query: misspelt }),
  // @ts-expect-error -- nor in an address
  () => addressOf('/api/exports/orders', { query: { fromat: 'csv' } }),
  // @ts-expect-error -- no such field
  () => post('/api/orders/{order_uid}/cancel', { path: { order_uid }, body: { raeson: 'a' } }),
  // @ts-expect-error -- nor where it was put together before
  () => post('/api/orders/{order_uid}/cancel', { path: { order_uid }, body: unknownField }),
  // @ts-expect-error -- no such status
  () => post('/api/orders/{order_uid}/status', { path: { order_uid }, body: { status: 'done' } }),
  // @ts-expect-error -- a field is missing
  () => put('/api/inventory/{chrt_id}', { path: { chrt_id: 1 }, body: { on_hand: 1 } }),
  // @ts-expect-error -- a read takes no body
  () => get('/api/orders', { body: { limit: 1 } }),
  // @ts-expect-error -- another name in the path
  () => remove('/api/dead-letters/{id}', { path: { letter: 1 } }),
  // @ts-expect-error -- no such field of the answer
  async () => (await get('/api/counts/orders')).body.total,
];

import { describe, expect, it } from 'vitest';
import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import type { DirectAnswers, DirectRoute } from '../../platform/http/direct-answers.js';
import type { OrderLookup } from '../service/order-lookup.js';
import { HotOrders } from './hot-orders.js';

const ENTRY: CacheEntry = { version: 1, etag: '"v1-0123456789abcdef-341"', body: Buffer.from('{}') };
const HELD: Readonly<Record<string, CacheEntry | null>> = { held: ENTRY, absent: null };

function routeOf(): DirectRoute {
  const routes: DirectRoute[] = [];
  // Classes with private parts, of which one method is asked.
  const directAnswers = { add: (route: DirectRoute) => routes.push(route) } as unknown as DirectAnswers;
  const lookup = { peek: (orderUid: string) => HELD[orderUid] } as unknown as OrderLookup;
  new HotOrders(directAnswers, lookup).onModuleInit();
  expect(routes).toHaveLength(1);
  return routes[0]!;
}

const answerTo = (orderUid: string, headers = {}) =>
  routeOf().answer(orderUid, { url: `/api/orders/${orderUid}`, headers });

describe('the short way of a look-up', () => {
  it('is that of the route of one order', () => {
    expect(routeOf().pattern).toBe('/api/orders/:order_uid');
  });

  it('answers with what memory holds', () => {
    expect(answerTo('held')).toMatchObject({ status: 200, body: ENTRY.body });
    expect(answerTo('held', { 'if-none-match': ENTRY.etag })).toMatchObject({ status: 304 });
  });

  it('tells the states that the ETag has, also of an answer that is not sent again', () => {
    for (const headers of [{}, { 'if-none-match': ENTRY.etag }]) {
      const told = answerTo('held', headers)!.headers;
      const of = (name: string) => told[told.indexOf(name) + 1];
      expect(of('x-order-status')).toBe('shipped');
      expect(of('x-payment-status')).toBe('partially_refunded');
      expect(of('x-shipment-status')).toBe('partially_shipped');
    }
  });

  it('answers 404 where memory knows that there is no such order', () => {
    const answer = answerTo('absent')!;
    expect(answer.status).toBe(404);
    expect(JSON.parse(String(answer.body))).toMatchObject({ status: 404, instance: '/api/orders/absent' });
  });

  it.each(['unknown', 'held?way=long', 'held/', '%68eld', ''])('has no answer to: %s', (orderUid) => {
    expect(answerTo(orderUid)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../platform/http/problem.js';
import { DEFAULT_LIMIT } from '../../platform/http/pages.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { cursorAfter, parseOrderListQuery } from './order-list-query.js';

function faultsOf(parameters: Parameters): readonly string[] {
  try {
    parseOrderListQuery(parameters);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.status).toBe(400);
    return error.errors!.map(({ path }) => path);
  }
  return [];
}

const instant = Date.parse('2021-11-26T06:22:19Z');

describe('the query of a list', () => {
  it('asks for the first page of all orders when it says nothing', () => {
    expect(parseOrderListQuery({})).toEqual({
      limit: DEFAULT_LIMIT,
      after: undefined,
      filter: {},
      view: 'full',
    });
  });

  it('may narrow the list by everything at once', () => {
    const query = {
      limit: '500',
      customer_id: 'Żółć',
      track_number: 'TRACK',
      delivery_service: 'meest',
      status: 'shipped,delivered,shipped',
      payment_status: 'paid',
      shipment_status: 'lost,returned',
      from: '2021-11-26T06:22:19Z',
      to: '2021-11-27',
    };
    expect(parseOrderListQuery(query)).toEqual({
      limit: 500,
      view: 'full',
      filter: {
        customerId: 'Żółć',
        trackNumber: 'TRACK',
        deliveryService: 'meest',
        statuses: ['shipped', 'delivered'],
        paymentStatuses: ['paid'],
        shipmentStatuses: ['lost', 'returned'],
        from: { ms: instant, decimals: '' },
        to: { ms: Date.parse('2021-11-27T00:00:00Z'), decimals: '' },
      },
    });
  });

  it.each([
    ['2021-11-26T06:22:19Z', instant],
    ['2021-11-26t06:22:19z', instant],
    ['2021-11-26T09:22:19+03:00', instant],
    ['2021-11-26T09:22:19 03:00', instant],
    ['2021-11-26T06:22:19.250Z', instant + 250],
    ['2021-11-26', Date.parse('2021-11-26T00:00:00Z')],
  ])('may tell a moment as %s', (from, ms) => {
    expect(parseOrderListQuery({ from }).filter.from!.ms).toBe(ms);
  });

  it.each<[string, string[]]>([
    ['limit', ['0', '501', '-1', '1.5', 'ten', '', ' 5', '1e2', '00001']],
    [
      'cursor',
      ['', 'x', '%%%', Buffer.from('1/').toString('base64url'), Buffer.from('a/b').toString('base64url')],
    ],
    ['customer_id', ['', 'a\0b']],
    ['track_number', ['', 'a\0b']],
    ['delivery_service', ['', 'a\0b']],
    ['status', ['', 'lost', 'Received']],
    ['from', ['', 'yesterday', '2021-02-30', '2021-11-26T06:22', '1637907739', '2021-11-26T25:00:00Z']],
    ['to', ['', '2021-13-01']],
  ])('has %s refused when it does not hold what it should', (name, texts) => {
    for (const text of texts) expect(faultsOf({ [name]: text }), text).toEqual([name]);
  });

  it('has each parameter refused that is given twice', () => {
    for (const name of ['limit', 'cursor', 'customer_id', 'status', 'from']) {
      expect(faultsOf({ [name]: ['1', '2'] })).toEqual([name]);
    }
  });

  it('has every fault named at once, unknown parameters too', () => {
    expect([...faultsOf({ limit: 'x', status: 'y', form: 'typo', '': 'z' })].sort()).toEqual([
      '',
      'form',
      'limit',
      'status',
    ]);
  });

  it('goes on where any cursor of ours says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800_000_000 }),
        fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
        (receivedAtUs, orderUid) => {
          const cursor = cursorAfter({ receivedAtUs, orderUid });
          expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
          expect(parseOrderListQuery({ cursor }).after).toEqual({ receivedAtUs, orderUid });
        },
      ),
    );
  });

  it('is answered or refused whatever a client sends', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { maxLength: 3 }));
    const names = fc.constantFrom(
      'limit',
      'cursor',
      'from',
      'to',
      'status',
      'customer_id',
      '__proto__',
      'other',
    );
    fc.assert(
      fc.property(fc.dictionary(names, text), (parameters) => {
        faultsOf(parameters);
      }),
    );
  });
});

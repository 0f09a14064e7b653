import { describe, expect, it } from 'vitest';
import { describeFaults, faultAt } from '../validation/field-fault.js';
import { faultOf } from './letter-fault.js';

const ORDER = { payment: { amount: -1 }, items: [{ sale: 1 }, { sale: 'x' }], 'a.b "c"': { d: null } };
const BYTES = Buffer.from(JSON.stringify(ORDER));

describe('the fault of a letter', () => {
  it.each([
    [
      'payment.amount must be 0 or more, not -1',
      'payment.amount',
      '#/payment/amount',
      'must be 0 or more, not -1',
    ],
    [
      'items[1].sale must be a number, not text',
      'items[1].sale',
      '#/items/1/sale',
      'must be a number, not text',
    ],
    ['track_number is missing: must be text', 'track_number', '#/track_number', 'is missing: must be text'],
    [
      'payment.bank is missing: must be text; x is no y',
      'payment.bank',
      '#/payment/bank',
      'is missing: must be text',
    ],
    [
      '["a.b \\"c\\""].d must be text, not null',
      '["a.b \\"c\\""].d',
      '#/a.b%20%22c%22/d',
      'must be text, not null',
    ],
    ['the value must be JSON', '', '#', 'must be JSON'],
  ])('is what its reason says first: %s', (reason, field, pointer, expected) => {
    expect(faultOf(reason, BYTES)).toEqual({ field, pointer, expected });
  });

  it('is what describeFaults has written', () => {
    const item = { before: { before: undefined, step: 'items' }, step: 0 };
    const faults = [
      faultAt({ before: item, step: 'sale' }, 'must be text'),
      faultAt(undefined, 'must be JSON'),
    ];
    expect(faultOf(describeFaults(faults), BYTES)).toEqual({
      field: faults[0]!.path,
      pointer: faults[0]!.pointer,
      expected: 'must be text',
    });
  });

  it('is found where a number was no number for JSON', () => {
    const bytes = Buffer.from('{"payment":{"amount":NaN}}');
    expect(faultOf('payment.amount must be a number, not NaN', bytes)).toMatchObject({
      field: 'payment.amount',
    });
  });

  it.each([
    ['duplicate key value violates unique constraint', BYTES],
    ['the order is cancelled: it can get no other content', BYTES],
    ['payment.amount.cents must be a number', BYTES],
    ['items[7].sale must be a number', BYTES],
    ['payment[0] must be a number', BYTES],
    ['constructor must be a number', BYTES],
    ['payment.amount must be a number', Buffer.from('no JSON')],
    ['payment.amount must be a number', Buffer.from([0xff])],
    ['payment.amount must be a number', null],
    ['', BYTES],
  ])('is none where the reason is about no field of the value: %s', (reason, value) => {
    expect(faultOf(reason, value)).toBeNull();
  });
});

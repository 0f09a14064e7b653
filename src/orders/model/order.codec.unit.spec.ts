import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleEvents, sampleOrder, sampleOrderText } from '../../../test/support/sample-order.js';
import { decodeOrder, encodeOrder } from './order.codec.js';
import type { Order } from './order.js';
import type { OrderRules } from './order.validation.js';

const LENIENT: OrderRules = { totals: 'warn', unknownFields: 'ignore' };
const STRICT: OrderRules = { totals: 'strict', unknownFields: 'refuse' };

function decode(text: string, rules = LENIENT): Order {
  const verdict = decodeOrder(Buffer.from(text), rules);
  if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
  return verdict.order;
}

function faultsOf(bytes: Buffer | null) {
  const verdict = decodeOrder(bytes, LENIENT);
  return verdict.valid ? [] : verdict.faults;
}

describe('every sample event', () => {
  it.each(sampleEvents().map((event) => [event.name, event] as const))('%s', (_name, event) => {
    const verdict = decodeOrder(Buffer.from(event.raw), LENIENT);

    expect(verdict.valid ? 'accepted' : 'dead-letter').toBe(event.verdict);
    const field = /^([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)?) (?:is|holds|names)\b/.exec(event.why)?.[1];
    if (!verdict.valid && field !== undefined && field !== 'nesting') {
      expect(verdict.faults.map(({ path }) => path)).toEqual([field]);
    }
  });

  it('marks totals that do not match, and refuses them under strict', () => {
    const { raw } = sampleEvents().find(({ name }) => name === 'totals-mismatch')!;
    expect(decodeOrder(Buffer.from(raw), LENIENT)).toMatchObject({ valid: true, totalsMatch: false });
    expect(decodeOrder(Buffer.from(raw), { ...LENIENT, totals: 'strict' })).toMatchObject({
      valid: false,
      faults: [{ path: 'payment.amount' }],
    });
  });

  it.each([
    ['unknown-field', 'colour'],
    ['proto', '__proto__'],
  ])('%s: the field is named when ignored and when refused', (name, field) => {
    const { raw } = sampleEvents().find((event) => event.name === name)!;
    expect(decodeOrder(Buffer.from(raw), LENIENT)).toMatchObject({ valid: true, unknownFields: [field] });
    expect(decodeOrder(Buffer.from(raw), STRICT)).toMatchObject({ valid: false, faults: [{ path: field }] });
  });
});

describe('bytes that hold no order', () => {
  it('have one fault, which is that of the whole', () => {
    expect(faultsOf(null)).toEqual([
      { path: '', pointer: '#', detail: 'must be a JSON object, not an empty value' },
    ]);
    expect(faultsOf(Buffer.from('[]'))).toEqual([
      { path: '', pointer: '#', detail: 'must be an object, not a list' },
    ]);
  });
});

describe('numbers that JSON can write and an order cannot hold', () => {
  it.each([
    '1e400',
    '-1',
    '-1e400',
    '0.1',
    '9007199254740992',
    '9007199254740993',
    '1e16',
    '"1817"',
    '9007199254740990.5',
    '1e-400',
    '1.0000000000000000001',
    '5e-324',
    '0.99999999999999999999',
    '-1e-9999999999999999999',
  ])('%s', (written) => {
    const bytes = Buffer.from(JSON.stringify(sampleOrder()).replace('1817', written));
    expect(faultsOf(bytes)).toMatchObject([{ path: 'payment.amount', pointer: '#/payment/amount' }]);
  });

  it.each([
    ['1817.0', 1817],
    ['1.817e3', 1817],
    ['-0', 0],
    ['-0.0', 0],
    ['9007199254740991', 9007199254740991],
  ])('but it can hold %s', (written, number) => {
    const order = decode(JSON.stringify(sampleOrder()).replace('1817', written));
    expect(order.payment.amount).toBe(number);
    expect(encodeOrder(order)).toContain(`"amount":${number},`);
  });
});

describe('the canonical text', () => {
  const canonical = JSON.stringify(sampleOrder());

  it('of the sample is the sample without its spaces', () => {
    expect(encodeOrder(decode(sampleOrderText(), STRICT))).toBe(canonical);
  });

  it.each([
    ['a byte order mark', `\ufeff${canonical}`],
    ['other spaces', JSON.stringify(sampleOrder(), null, '\t')],
    ['escapes', canonical.replaceAll('t', '\\u0074').replaceAll('/', '\\/')],
    ['numbers written another way', canonical.replace(':317', ':3.17E+2').replace(':0,', ':0e5,')],
    ['an unknown field', canonical.replace('{', '{"colour":"blue",')],
    ['a field given twice: the last counts', canonical.replace('{', '{"order_uid":"first",')],
  ])('is the same for %s', (_name, text) => {
    expect(encodeOrder(decode(text))).toBe(canonical);
  });

  it('is the same for any order of keys, and comes back field for field', () => {
    fc.assert(
      fc.property(arbitraryOrder({ totals: 'any' }), fc.infiniteStream(fc.nat()), (order, positions) => {
        const shuffled = shuffleKeys(order, positions);
        const text = encodeOrder(order);
        const decoded = decode(JSON.stringify(shuffled, null, 1));

        expect(decoded).toStrictEqual(order);
        expect(encodeOrder(decoded)).toBe(text);
        expect(encodeOrder(shuffled as Order)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(order)));
        expect(decode(text).date_created).toBe(order.date_created);
      }),
      { numRuns: 300 },
    );
  });
});

function shuffleKeys(value: unknown, positions: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((element) => shuffleKeys(element, positions));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => ({
    name,
    field: shuffleKeys(field, positions),
    position: positions.next().value as number,
  }));
  entries.sort((one, other) => one.position - other.position);
  return Object.fromEntries(entries.map(({ name, field }) => [name, field]));
}

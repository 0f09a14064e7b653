import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleEvents, sampleOrder, sampleOrderText } from '../../../test/support/sample-order.js';
import { decodeOrder, encodeOrder, MAX_MESSAGE_BYTES } from './order.codec.js';
import { MAX_DEPTH } from '../../platform/validation/json-text.js';
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
  const text = JSON.stringify(sampleOrder());
  const TOO_DEEP = `must not be nested deeper than ${MAX_DEPTH}`;
  const badUtf8 = Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xff]), Buffer.from('"}')]);

  it.each([
    ['no value', null, 'must be a JSON object, not an empty value'],
    ['an empty value', Buffer.alloc(0), 'must be a JSON object, not an empty value'],
    ['a byte that is not UTF-8', badUtf8, 'must be UTF-8'],
    ['a surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'must be UTF-8'],
    ['an overlong NUL', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'must be UTF-8'],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'must be UTF-8'],
    ['only a byte order mark', Buffer.from('\ufeff'), 'must be JSON'],
    ['only spaces', Buffer.from('  \n'), 'must be JSON'],
    ['half an order', Buffer.from(text.slice(0, 300)), 'must be JSON'],
    ['two orders', Buffer.from(text + text), 'must be JSON'],
    ['JSON5', Buffer.from(text.replace('"entry"', 'entry')), 'must be JSON'],
    ['NaN', Buffer.from(text.replace('1817', 'NaN')), 'must be JSON'],
    ['1 MiB of open brackets', Buffer.from('['.repeat(MAX_MESSAGE_BYTES)), TOO_DEEP],
    ['1 MiB of open objects', Buffer.from('{"}":'.repeat(200_000)), TOO_DEEP],
    ['brackets behind escaped quotes', Buffer.from(`["\\\\\\"]",${'['.repeat(64)}`), TOO_DEEP],
  ])('%s', (_name, bytes, detail) => {
    expect(faultsOf(bytes)).toEqual([{ path: '', pointer: '#', detail }]);
  });

  it('nested 500,000 deep', () => {
    const bytes = Buffer.from('['.repeat(500_000) + ']'.repeat(500_000));
    expect(faultsOf(bytes)).toEqual([
      { path: '', pointer: '#', detail: `must not be nested deeper than ${MAX_DEPTH}` },
    ]);
  });

  it('one byte longer than 1 MiB, while 1 MiB is taken', () => {
    const padded = (bytes: number) => Buffer.from(text + ' '.repeat(bytes - Buffer.byteLength(text)));
    expect(faultsOf(padded(MAX_MESSAGE_BYTES))).toEqual([]);
    expect(faultsOf(padded(MAX_MESSAGE_BYTES + 1))).toEqual([
      { path: '', pointer: '#', detail: 'must be at most 1048576 bytes, not 1048577' },
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

describe('a number that JavaScript would round to a whole one', () => {
  it('is refused as it was written, cut where it is long', () => {
    const withAmount = (amount: string): Buffer =>
      Buffer.from(JSON.stringify(sampleOrder()).replace('1817', amount));
    const expected = 'must be a whole number from 0 to 9007199254740991';
    expect(faultsOf(withAmount('9007199254740990.5'))[0]!.detail).toBe(`${expected}, not 9007199254740990.5`);
    expect(faultsOf(withAmount(`1.${'0'.repeat(900_000)}1`))[0]!.detail).toBe(
      `${expected}, not 1.${'0'.repeat(62)}…`,
    );
  });

  it('is let pass in a field that nobody knows, and within a text', () => {
    const order = { ...sampleOrder(), internal_signature: 'a:1e-400 "\\": 1.0000000000000000001' };
    const text = JSON.stringify(order).replace('{', '{"x":[1e-400,{"y":0.99999999999999999999}],');
    expect(decode(text).internal_signature).toBe(order.internal_signature);
  });

  it.each(['0.0', '0e-400', '-0', '-0.00e5', '18170e-1', '0.1817E+4', '1817.000000000000000000000'])(
    'is not %s, which is whole',
    (written) => {
      expect([0, 1817]).toContain(
        decode(JSON.stringify(sampleOrder()).replace('1817', written)).payment.amount,
      );
    },
  );
});

describe('nesting', () => {
  it('is let pass in fields that nobody knows, and brackets in texts are none', () => {
    const nested = `${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}`;
    const text = JSON.stringify({ ...sampleOrder(), internal_signature: '[{"'.repeat(500) });
    expect(decode(text.replace('{', `{"x":${nested},`)).internal_signature).toHaveLength(1_500);
    expect(faultsOf(Buffer.from(text.replace('{', `{"x":[${nested}],`)))).toHaveLength(1);
  });
});

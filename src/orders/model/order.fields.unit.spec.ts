import { isISO4217CurrencyCode } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { sampleOrder, sampleOrderWith } from '../../../test/support/sample-order.js';
import { validateOrder } from './order.validation.js';

/** What each field is, written out by hand: the decorators are what is tested. */
const FIELDS = {
  freeText: [
    'internal_signature',
    'delivery.city',
    'delivery.address',
    'delivery.region',
    'items[0].name',
    'items[0].brand',
  ],
  requiredFreeText: ['delivery.name'],
  shortText: [
    'entry',
    'locale',
    'customer_id',
    'delivery_service',
    'shardkey',
    'oof_shard',
    'delivery.phone',
    'delivery.zip',
    'payment.request_id',
    'payment.provider',
    'payment.bank',
    'items[0].track_number',
    'items[0].rid',
    'items[0].size',
  ],
  requiredShortText: ['track_number', 'payment.transaction'],
  uid: ['order_uid'],
  email: ['delivery.email'],
  currency: ['payment.currency'],
  dateTime: ['date_created'],
  amount: [
    'payment.amount',
    'payment.delivery_cost',
    'payment.goods_total',
    'payment.custom_fee',
    'items[0].price',
    'items[0].total_price',
  ],
  wholeNumber: ['sm_id', 'payment.payment_dt', 'items[0].chrt_id', 'items[0].nm_id', 'items[0].status'],
  percentage: ['items[0].sale'],
  part: ['delivery', 'payment'],
  list: ['items'],
};

const NO_TEXT: unknown[] = [null, 0, 42, true, false, [], ['text'], {}, { toString: 'text' }];
const UNSTORABLE = ['\0', 'a\0b', '\ud800', 'a\udc00b', '\udc00\ud800', '😀\ud83d'];
const NO_WHOLE_NUMBER: unknown[] = [
  null,
  '',
  '1',
  '42',
  true,
  [],
  [1],
  {},
  -1,
  0.5,
  10.5,
  -0.1,
  1e-7,
  Number.MAX_SAFE_INTEGER + 1,
  1e21,
  Infinity,
  -Infinity,
  NaN,
];
const ARMENIAN = 'ա'.repeat(255);

interface Kind {
  fields: string[];
  invalid: unknown[];
  valid: unknown[];
}

const KINDS: Record<string, Kind> = {
  'free text': {
    fields: FIELDS.freeText,
    invalid: [...NO_TEXT, ...UNSTORABLE],
    valid: [
      '',
      'Żółć 王小明 🚚',
      "Robert'); DROP TABLE orders; --",
      'x'.repeat(10_000),
      '\u0001\u2028\ufeff$value',
    ],
  },
  'free text that must not be empty': {
    fields: FIELDS.requiredFreeText,
    invalid: [...NO_TEXT, ...UNSTORABLE, ''],
    valid: ['x', ' ', '🚚', 'x'.repeat(10_000)],
  },
  'short text': {
    fields: FIELDS.shortText,
    invalid: [
      ...NO_TEXT,
      ...UNSTORABLE,
      'x'.repeat(256),
      `${ARMENIAN}x`,
      '😀'.repeat(256),
      'x'.repeat(100_000),
    ],
    valid: ['', 'x', 'x'.repeat(255), ARMENIAN, '😀'.repeat(255)],
  },
  'short text that must not be empty': {
    fields: FIELDS.requiredShortText,
    invalid: [...NO_TEXT, ...UNSTORABLE, '', 'x'.repeat(256)],
    valid: ['x', 'x'.repeat(255), '😀'.repeat(255)],
  },
  'an order uid': {
    fields: FIELDS.uid,
    invalid: [
      ...NO_TEXT,
      ...UNSTORABLE,
      '',
      'a/b',
      'a b',
      'a.b',
      'a\n',
      '\na',
      'ä',
      'а',
      '../x',
      'u'.repeat(65),
      '%41',
    ],
    valid: ['a', '0', '_', '-', 'b563feb7b2b84b6test', 'U'.repeat(64), '__proto__', 'constructor'],
  },
  'an e-mail address': {
    fields: FIELDS.email,
    invalid: [
      ...NO_TEXT,
      ...UNSTORABLE,
      '',
      'not an email',
      'a@',
      '@b.com',
      'a@b',
      'a@b..com',
      'a@@b.com',
      'a@b.com ',
      ' a@b.com',
      'a@-b.com',
      'a@b-.com',
      '.a@b.com',
      'a..b@b.com',
      'a@b.c',
      'a@b.123',
      'a@127.0.0.1',
      'a\0@b.com',
      'a@\ud800b.com',
      'a\ud800@b.com',
      `${'a'.repeat(65)}@b.com`,
      `a@${'b'.repeat(64)}.com`,
      `a@${'b.'.repeat(130)}com`,
      'A <a@b.com>',
    ],
    valid: [
      'test@gmail.com',
      'a.b+c_d-e@sub.example.co.uk',
      'żółć@example.com',
      'a@książka.pl',
      "o'brien@example.com",
    ],
  },
  'a currency': {
    fields: FIELDS.currency,
    invalid: [
      ...NO_TEXT,
      ...UNSTORABLE,
      '',
      'usd',
      'Usd',
      'USD ',
      'US',
      'USDT',
      'XYZ',
      'usd dollars',
      '840',
      'ſEK',
      'USD\n',
    ],
    valid: ['USD', 'EUR', 'PLN', 'JPY', 'KWD'],
  },
  'a date-time': {
    fields: FIELDS.dateTime,
    invalid: [
      ...NO_TEXT,
      ...UNSTORABLE,
      '',
      'yesterday',
      '2021-11-26',
      '2021-02-30T06:22:19Z',
      1_637_907_739,
    ],
    valid: ['2021-11-26T06:22:19Z', '2021-11-26T06:22:19.123456789+03:00'],
  },
  'an amount': {
    fields: FIELDS.amount,
    invalid: NO_WHOLE_NUMBER,
    valid: [0, -0, 1, 1e3, 2 ** 31, Number.MAX_SAFE_INTEGER],
  },
  'a whole number': {
    fields: FIELDS.wholeNumber,
    invalid: NO_WHOLE_NUMBER,
    valid: [0, -0, 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER],
  },
  'a percentage': {
    fields: FIELDS.percentage,
    invalid: [...NO_WHOLE_NUMBER, 101, 130, Number.MAX_SAFE_INTEGER],
    valid: [0, 1, 50, 100],
  },
  'a part': {
    fields: FIELDS.part,
    invalid: [null, '', 'text', 0, 42, true, [], [{}], [[]]],
    valid: [],
  },
  'a list of parts': {
    fields: FIELDS.list,
    invalid: [null, '', 'text', 0, 42, true, {}, { 0: {}, length: 1 }, []],
    valid: [],
  },
};

const RULES = { totals: 'warn', unknownFields: 'ignore' } as const;

describe.each(Object.entries(KINDS))('%s', (_name, { fields, invalid, valid }) => {
  describe.each(fields)('%s', (path) => {
    it.each(invalid.map((value) => [value]))('cannot be %j', (value) => {
      const verdict = validateOrder(sampleOrderWith(path, value), RULES);
      expect(verdict.valid ? [] : verdict.faults.map((fault) => fault.path)).toEqual([path]);
    });

    it('cannot be missing', () => {
      const verdict = validateOrder(sampleOrderWith(path, undefined), RULES);
      expect(verdict).toMatchObject({ valid: false, faults: [{ path, detail: /^is missing: must be / }] });
    });

    if (valid.length > 0) {
      it.each(valid.map((value) => [value]))('can be %j', (value) => {
        const input = sampleOrderWith(path, value);
        const verdict = validateOrder(input, RULES);
        expect(verdict.valid && JSON.parse(JSON.stringify(verdict.order))).toEqual(
          JSON.parse(JSON.stringify(input)),
        );
      });
    }
  });
});

it('knows the kind of every field of the sample', () => {
  const leaves = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null) return [path];
    const here = path === '' || path.endsWith(']') ? [] : [path];
    if (Array.isArray(value)) return [path, ...leaves(value[0], `${path}[0]`)];
    return [
      ...here,
      ...Object.entries(value).flatMap(([name, field]) =>
        leaves(field, path === '' ? name : `${path}.${name}`),
      ),
    ];
  };
  expect(Object.values(FIELDS).flat().sort()).toEqual(leaves(sampleOrder(), '').sort());
});

describe('currency codes', () => {
  it('are all those of class-validator, and those that ISO 4217 has had since', () => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    const isAccepted = (currency: string): boolean => {
      const order = sampleOrder();
      const payment = { ...(order.payment as object), currency };
      return validateOrder({ ...order, payment }, { totals: 'warn', unknownFields: 'refuse' }).valid;
    };
    const known = codes.filter((code) => isISO4217CurrencyCode(code));
    expect(known.length).toBeGreaterThan(170);
    expect(known.filter((code) => !isAccepted(code))).toEqual([]);
    const others = codes.filter((code) => code.startsWith('X') || code.startsWith('Z')).filter(isAccepted);
    expect(others.filter((code) => !known.includes(code))).toEqual(['XAD', 'XCG', 'ZWG']);
    expect(isAccepted('xcg')).toBe(false);
  });
});

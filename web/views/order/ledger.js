import { el } from '../../kit/dom.js';
import { keyValues, sums } from '../../kit/key-values.js';
import { datum, longText } from '../../kit/long-text.js';
import { formatMinorUnits, moneyElement } from '../../kit/money.js';
import { timeElement } from '../../kit/time.js';
import { table } from '../../kit/table.js';

/** @typedef {import('./loading.js').Payments} Payments */
/** @typedef {Payments['ledger'][number]} Entry */
/** @typedef {Payments['balance']} Balance */

/**
 * What each kind of payment event is called, and what it does to the money that the shop has: adds to it, takes from it, or
 * neither.
 *
 * @type {Record<string, [words: string, sign: '+' | '−' | '']>}
 */
const KINDS = {
  authorized: ['authorized', ''],
  captured: ['captured', '+'],
  failed: ['failed', ''],
  voided: ['voided', ''],
  refunded: ['refunded', '−'],
  disputed: ['disputed', ''],
  chargeback: ['charged back', '−'],
  dispute_won: ['dispute won', ''],
};

/**
 * What was paid and given back, and what it comes to.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {import('./page.js').Facts} facts
 */
export function drawLedger(part, { found, payments, contexts }) {
  const { payment } = found.order;
  part.drawFact(payments, (value) => [
    value
      ? ledgerTable(value)
      : el(
          'p',
          { class: 'muted' },
          !contexts.includes('payments')
            ? 'This server keeps no ledger of payments.'
            : 'Nothing was heard of a payment yet.',
        ),
    value && value.ledger.length > 0 ? balanceOf(value, payment) : null,
    keyValues([
      ['Provider', datum(payment.provider)],
      ['Bank', datum(payment.bank)],
      ['Transaction', datum(payment.transaction)],
      ['Dated', timeElement(payment.payment_dt)],
      ['Request', payment.request_id === '' ? null : datum(payment.request_id)],
    ]),
  ]);
}

/** @param {Payments} payments */
function ledgerTable({ ledger }) {
  if (ledger.length === 0) return el('p', { class: 'muted' }, 'Nothing was heard of a payment yet.');
  /** @type {import('../../kit/table.js').Column<Entry>[]} */
  const columns = [
    { name: 'When', kind: 'when', cell: ({ occurred_at }) => timeElement(occurred_at, 'brief') },
    {
      name: 'What',
      isHeading: true,
      cell: ({ type, reason, provider }) => [
        KINDS[type]?.[0] ?? type,
        provider || reason
          ? el(
              'span',
              { class: 'muted small step-reason' },
              longText([provider, reason].filter(Boolean).join(': ')),
            )
          : null,
      ],
    },
    { name: 'Amount', isNumber: true, cell: amountOf },
  ];
  return table({ label: 'Ledger of payments', columns, rows: ledger }).box;
}

/** @param {Entry} entry */
function amountOf({ type, amount, currency }) {
  const sign = KINDS[type]?.[1] ?? '';
  return el('span', { class: sign === '' ? 'muted money' : 'money' }, sign, moneyElement(amount, currency));
}

/**
 * @param {Payments} payments
 * @param {import('./loading.js').Order['payment']} payment
 */
function balanceOf({ balance, refund_due, void_due, other_balances, order_status }, payment) {
  const others = other_balances.map(
    ({ currency, net }) =>
      /** @type {import('../../kit/key-values.js').KeyValue} */ ([
        `Balance in ${currency}`,
        moneyElement(net, currency),
      ]),
  );
  // What was given back was paid once.
  const open = BigInt(payment.amount) - BigInt(balance.captured) + BigInt(balance.charged_back);
  const isOwed = open > 0n && order_status !== 'cancelled' && order_status !== 'returned';
  const isSame = balance.currency === payment.currency;
  const tooMuch = BigInt(balance.net) - BigInt(payment.amount);
  return sums(
    [
      ['Captured', moneyElement(balance.captured, balance.currency)],
      ['Refunded', lessOrNone(balance.refunded, balance.currency)],
      ['Charged back', lessOrNone(balance.charged_back, balance.currency)],
      ['Balance', moneyElement(balance.net, balance.currency), 'total'],
      ['Authorized', someOrNone(balance.authorized, balance.currency)],
      ['Disputed', someOrNone(balance.disputed, balance.currency)],
      ['To be refunded', someOrNone(refund_due, balance.currency)],
      ['To be voided', someOrNone(void_due, balance.currency)],
      ['The order costs', moneyElement(payment.amount, payment.currency)],
      ['Not paid yet', isOwed && isSame ? formatMinorUnits(open, payment.currency) : null],
      ['Paid too much', tooMuch > 0n && isSame ? formatMinorUnits(tooMuch, payment.currency) : null],
      ...others,
    ],
    { 'aria-label': 'Balance' },
  );
}

/**
 * @param {number} amount
 * @param {string} currency
 */
function someOrNone(amount, currency) {
  return amount === 0 ? null : moneyElement(amount, currency);
}

/**
 * @param {number} amount
 * @param {string} currency
 */
function lessOrNone(amount, currency) {
  return amount === 0 ? null : el('span', {}, '−', moneyElement(amount, currency));
}

import { el } from './dom.js';

/** Characters of an amount that is kept in one piece: millions, with their currency. */
const LONGEST_WHOLE_AMOUNT = 16;

/**
 * Minor-unit exponents of ISO 4217 (list one) other than 2. They are written out because browsers take theirs
 * from CLDR, which follows what shops print and not the standard: it gives IQD 0 where ISO 4217 says 3, and ALL,
 * LBP or RSD 0 where it says 2, and an amount would be shown a hundred or a thousand times too large.
 */
const EXPONENTS = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG'].map((code) => entry(code, 0)),
  ...['RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map((code) => entry(code, 0)),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => entry(code, 3)),
  ...['CLF', 'UYW'].map((code) => entry(code, 4)),
  // No minor unit ("N.A."): metals, funds, the test code.
  ...['XAG', 'XAU', 'XPD', 'XPT', 'XBA', 'XBB', 'XBC', 'XBD'].map((code) => entry(code, 0)),
  ...['XDR', 'XSU', 'XTS', 'XUA', 'XXX'].map((code) => entry(code, 0)),
]);

/** @type {Map<string, Intl.NumberFormat>} building a format costs a hundred times what using it does */
const formats = new Map();

/**
 * @param {string} code
 * @param {number} exponent
 * @returns {[string, number]}
 */
function entry(code, exponent) {
  return [code, exponent];
}

/**
 * An amount as the reader's locale writes it: `formatMinorUnits(1817, 'USD')` is `$18.17` in en-US.
 *
 * @param {number | bigint} minorUnits whole minor units of the currency
 * @param {string} currency ISO 4217 code; one that Intl refuses is written after the plain number
 * @returns {string}
 */
export function formatMinorUnits(minorUnits, currency) {
  const format = formatOf(currency);
  if (!format) return `${minorUnits} ${currency}`;
  // As a decimal text and not as a division: Intl formats text exactly, beyond what a double can hold.
  return format.format(/** @type {any} */ (decimalText(minorUnits, exponentOf(currency))));
}

/**
 * The same to look at. One that is longer than a column may be broken, after its thousands' separators.
 *
 * @param {number | bigint} minorUnits
 * @param {string} currency
 * @returns {HTMLElement}
 */
export function moneyElement(minorUnits, currency) {
  const text = formatMinorUnits(minorUnits, currency);
  const format = formatOf(currency);
  if (!format || text.length <= LONGEST_WHOLE_AMOUNT) return el('span', { class: 'money' }, text);
  const parts = format.formatToParts(/** @type {any} */ (decimalText(minorUnits, exponentOf(currency))));
  const breakable = parts.flatMap(({ type, value }) => (type === 'group' ? [value, el('wbr')] : [value]));
  return el('span', { class: 'money long' }, ...breakable);
}

/** @param {string} currency */
function exponentOf(currency) {
  return EXPONENTS.get(currency) ?? 2;
}

/** @param {string} currency */
function formatOf(currency) {
  const known = formats.get(currency);
  if (known) return known;
  const digits = exponentOf(currency);
  try {
    const format = new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(currency, format);
    return format;
  } catch {
    return undefined;
  }
}

/**
 * @param {number | bigint} minorUnits
 * @param {number} exponent
 */
function decimalText(minorUnits, exponent) {
  const negative = minorUnits < 0;
  const digits = String(minorUnits)
    .replace('-', '')
    .padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent > 0 ? `.${digits.slice(-exponent)}` : '';
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

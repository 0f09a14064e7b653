import { get } from '../../api/client.js';
import { el } from '../../kit/dom.js';
import { loadHealth } from './health.js';
import { every } from './polling.js';
import { WAITS, waitingCounts } from './waiting.js';

const REFRESH_PAUSE_MS = 10_000;

/** @typedef {import('../../api/trouble.js').Count} Count */

/**
 * @typedef {object} Section
 * @property {string} name
 * @property {string} step below `/trouble`
 * @property {string} [context] that has to be there
 * @property {(signal: AbortSignal) => Promise<Count>} count
 */

/** @type {readonly Section[]} */
const SECTIONS = [
  { name: 'Refused events', step: '', count: countLetters },
  { name: 'Payments', step: 'payments', context: 'payments', count: countPayments },
  { name: 'Waiting too long', step: 'waiting', context: 'orders', count: countWaiting },
  { name: 'Not ready', step: 'health', count: countDown },
];

/**
 * The kinds of trouble, and how much there is of each.
 *
 * @param {HTMLElement} nav
 * @param {import('../../router.js').Visit} visit
 * @param {string} current step of the one that is shown
 * @param {readonly string[]} contexts
 */
export function showSections(nav, visit, current, contexts) {
  const shown = SECTIONS.filter(({ context }) => context === undefined || contexts.includes(context));
  const tabs = shown.map((section) => {
    const number = el('b', { class: 'count' });
    const href = section.step === '' ? '/trouble' : `/trouble/${section.step}`;
    const isCurrent = section.step === current;
    const link = el('a', { href, 'aria-current': isCurrent ? 'page' : undefined }, section.name, ' ', number);
    return { section, number, link };
  });
  nav.replaceChildren(el('ul', {}, ...tabs.map(({ link }) => el('li', {}, link))));
  const renew = () => Promise.all(tabs.map(({ section, number }) => show(section, number, visit.signal)));
  visit.busy(renew());
  every(visit, REFRESH_PAUSE_MS, () => void renew());
}

/**
 * @param {Section} section
 * @param {HTMLElement} number
 * @param {AbortSignal} signal
 */
async function show({ count }, number, signal) {
  try {
    const { count: found, exact } = await count(signal);
    if (signal.aborted) return;
    number.textContent = `${found.toLocaleString()}${exact ? '' : '+'}`;
    number.dataset.tone = found === 0 ? 'plain' : 'red';
  } catch {
    // The part itself says what is wrong; a number that may be old is not shown.
    number.replaceChildren();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Count>}
 */
async function countLetters(signal) {
  return (await get('/api/counts/dead-letters', { query: { state: 'waiting' }, signal })).body;
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Count>}
 */
async function countPayments(signal) {
  const lists = await Promise.all([
    get('/api/counts/payments', { query: { status: 'disputed' }, signal }),
    get('/api/counts/payments', { query: { due: 'refund,void' }, signal }),
  ]);
  return sumOf(lists.map(({ body }) => body));
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Count>}
 */
async function countWaiting(signal) {
  const counts = await waitingCounts(signal);
  return sumOf(WAITS.flatMap(({ name }) => counts[name] ?? []));
}

/**
 * @param {readonly Count[]} counts
 * @returns {Count}
 */
function sumOf(counts) {
  return {
    count: counts.reduce((sum, { count }) => sum + count, 0),
    exact: counts.every(({ exact }) => exact),
  };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Count>}
 */
async function countDown(signal) {
  const { parts } = await loadHealth(signal);
  return { count: Object.values(parts).filter(({ up }) => !up).length, exact: true };
}

import { get } from '../../api/client.js';
import { features } from '../../api/features.js';
import { ApiFailure } from '../../api/failure.js';
import { trouble } from '../../api/trouble.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';

/** What is in trouble is asked for once in so long, however much happens. */
const REFRESH_PAUSE_MS = 10_000;

/**
 * How many of a kind are in trouble, and which, where they are few; undefined where the server cannot say.
 *
 * @typedef {(import('../../api/trouble.js').Count & { names?: readonly string[] }) | undefined} Count
 */

/**
 * @typedef {object} Kind
 * @property {string} words
 * @property {string} href where they are listed
 * @property {string} [context] that has to be there
 * @property {(signal: AbortSignal) => Promise<Count>} count
 */

/** @type {readonly Kind[]} */
const KINDS = [
  {
    words: 'Refused events',
    href: '/trouble',
    count: async (signal) =>
      (await get('/api/counts/dead-letters', { query: { state: 'waiting' }, signal })).body,
  },
  {
    words: 'Disputed payments',
    href: '/trouble/payments',
    context: 'payments',
    count: async (signal) =>
      (await get('/api/counts/payments', { query: { status: 'disputed' }, signal })).body,
  },
  {
    words: 'Money to be given back',
    href: '/trouble/payments',
    context: 'payments',
    count: async (signal) =>
      (await get('/api/counts/payments', { query: { due: 'refund,void' }, signal })).body,
  },
  ...[
    ['confirmation', 'Waiting to be confirmed'],
    ['shipment', 'Waiting to be shipped'],
    ['delivery', 'Waiting to be delivered'],
    ['promise', 'Overdue parcels'],
  ].map(([name, words]) => ({
    words: String(words),
    href: `/trouble/waiting?for=${name}`,
    count: async (/** @type {AbortSignal} */ signal) => (await waitingCounts(signal))[String(name)],
  })),
  {
    words: 'Parts not ready',
    href: '/trouble/health',
    count: async (signal) => {
      const { not_ready: names } = await trouble(signal);
      return { count: names.length, exact: true, names };
    },
  },
];

/**
 * What is in trouble, as counts, each a link to what it counts. What this server cannot say is left out.
 *
 * @param {import('../../router.js').Visit} visit
 * @returns {{ section: HTMLElement, drawn: Promise<void> }}
 */
export function troubleCounts(visit) {
  // Their room is there from the first on, so that nothing below them moves when the counts come.
  const list = el('div', {}, countList(KINDS, []));
  const section = el(
    'section',
    { class: 'card', 'aria-labelledby': 'trouble-heading' },
    el(
      'header',
      { class: 'card-head' },
      el('h2', { id: 'trouble-heading' }, 'In trouble'),
      el('a', { href: '/trouble' }, 'All of it'),
    ),
    list,
  );
  const current = new Current(visit, {
    place: list,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: () => true,
    load: async (signal) => {
      const { contexts } = await features();
      const kinds = KINDS.filter(({ context }) => context === undefined || contexts.includes(context));
      waiting = undefined;
      /** @type {ApiFailure[]} */
      const failures = [];
      const counts = await Promise.all(kinds.map(({ count }) => orUnknown(count(signal), failures)));
      const known = kinds.filter((_, index) => counts[index] !== undefined);
      // Nothing at all would look as though nothing were in trouble.
      if (known.length === 0 && failures[0]) throw failures[0];
      const giveBackFocus = focusKept();
      list.replaceChildren(
        countList(
          known,
          counts.filter((count) => count !== undefined),
        ),
      );
      giveBackFocus();
    },
  });
  return { section, drawn: current.renew() };
}

/**
 * @param {readonly Kind[]} kinds
 * @param {readonly Count[]} counts of each, as far as they are known by now
 */
function countList(kinds, counts) {
  const lines = kinds.map(({ words, href }, index) => {
    const count = counts[index];
    const shown = count ? `${count.count.toLocaleString()}${count.exact ? '' : '+'}` : '…';
    return el(
      'li',
      { class: count && count.count > 0 ? undefined : 'none', 'data-row': true },
      el(
        'a',
        { href },
        el('b', {}, shown),
        ` ${words} `,
        ...(count?.names?.length ? [el('bdi', { class: 'mono' }, count.names.join(', '))] : []),
      ),
    );
  });
  return el('ul', { class: 'trouble-counts' }, ...lines);
}

/** @type {Promise<Record<string, Count>> | undefined} asked once for all of its lines */
let waiting;

/** @param {AbortSignal} signal */
function waitingCounts(signal) {
  waiting ??= get('/api/counts/waiting-orders', { signal }).then(({ body }) => body);
  return waiting;
}

/**
 * @param {Promise<Count>} asked
 * @param {ApiFailure[]} failures is told why it is not known
 * @returns {Promise<Count>}
 */
async function orUnknown(asked, failures) {
  try {
    return await asked;
  } catch (failure) {
    if (!(failure instanceof ApiFailure) || failure.mayPass) throw failure;
    failures.push(failure);
    return undefined;
  }
}

import { get } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { features } from '../../api/features.js';
import { Current } from '../../kit/current.js';
import { counted, el, orderHref } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { shortened } from '../../kit/long-text.js';
import { isOrderUid } from '../../kit/order-uid.js';
import { ORDER_COLUMNS, orderTable } from '../../kit/order-table.js';
import { emptyState, failureState, loadingState, slownessWords } from '../../kit/states.js';

const FEWEST_CHARACTERS = 3;
/** A burst of changes asks once a second and not once a change. */
const REFRESH_PAUSE_MS = 1_000;

/** What a field is called by those who ask for it. */
const FIELDS = {
  order_uid: 'order id',
  track_number: 'track number',
  customer_id: 'customer id',
  email: 'e-mail',
  phone: 'phone',
  name: 'name',
};

/** @typedef {import('../../kit/order-table.js').OrderSummary} OrderSummary */
/** @typedef {import('../../api/routes.js').Schemas['FoundOrders']['hits'][number]} Hit */

/**
 * @typedef {object} Results
 * @property {string} text
 * @property {Promise<void>} drawn never rejects
 * @property {() => void} goToFirst to the one order, or to the first of several, as soon as they are there
 */

/**
 * Looks up what was typed, and shows what was found, and by which field.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @param {string} text
 * @returns {Results}
 */
export function openResults(place, visit, text) {
  /** @type {readonly { order: { order_uid: string } }[]} */
  let hits = [];
  let isWanted = false;
  const heading = el('h1', { class: 'visually-hidden' }, `Found for ${text}`);
  const box = el('div', { class: 'results', 'aria-live': 'off' });
  // What was found for fewer characters stays until the answer for more is there.
  const before = place.querySelector('.results');
  box.append(...(before ? before.childNodes : [loadingState()]));
  const slowness = box.querySelector('.loading') ? el('p') : slownessWords();
  place.replaceChildren(heading, slowness, box);
  let drawn = '';
  /**
   * @param {unknown} answer what is shown; the same one stays as it is
   * @param {() => Node[]} build
   */
  const put = (answer, build) => {
    slowness.remove();
    const now = JSON.stringify(answer);
    if (now === drawn) return;
    drawn = now;
    const giveBackFocus = focusKept();
    box.replaceChildren(...build());
    giveBackFocus();
  };
  const current = new Current(visit, {
    pauseMs: REFRESH_PAUSE_MS,
    concerns: ({ order_uid }) => hits.some(({ order }) => order.order_uid === order_uid),
    load: (_signal, isDrawn) => load(isDrawn),
    failed: (failure) => {
      const retry = failure.mayPass ? () => void current.renew() : undefined;
      put(failure.message, () => [failureState(failure, { subject: text, retry })]);
    },
  });
  return {
    text,
    drawn: current.renew(),
    goToFirst: () => {
      isWanted = true;
      follow();
    },
  };

  function follow() {
    if (!isWanted || hits.length === 0) return;
    isWanted = false;
    const one = hits.length === 1 ? hits[0] : hits.find(({ order }) => order.order_uid === text);
    if (one) visit.go(orderHref(one.order.order_uid));
    else box.querySelector('a')?.focus();
  }

  /** @param {boolean} isDrawn */
  async function load(isDrawn) {
    if (text.length < FEWEST_CHARACTERS) put('too short', () => [tooShort()]);
    else await search(isDrawn);
  }

  /** @param {boolean} isDrawn */
  async function search(isDrawn) {
    if (!(await features()).search) return openExactly();
    try {
      const { body } = await get('/api/search', { query: { q: text }, signal: visit.signal });
      if (visit.signal.aborted) return;
      hits = body.hits;
      put(body, () => (hits.length === 0 ? [nothing(text)] : found(text, body.hits, body.more)));
      if (!isDrawn) tellOf(hits.length);
      follow();
    } catch (failure) {
      if (!(failure instanceof ApiFailure) || failure.kind !== 'not-found') throw failure;
      await openExactly();
    }
  }

  /** @param {number} count */
  function tellOf(count) {
    visit.announce(count === 0 ? 'Nothing found.' : `${counted(count, 'order')} found.`);
  }

  /** Without the search an order is found by its whole id alone. */
  async function openExactly() {
    if (isOrderUid(text)) {
      const answer = await get('/api/orders/{order_uid}/summary', {
        path: { order_uid: text },
        signal: visit.signal,
      }).catch((failure) => {
        if (failure instanceof ApiFailure && failure.kind === 'not-found') return undefined;
        throw failure;
      });
      if (visit.signal.aborted) return;
      if (answer) {
        put('the one', () => [switchedOff(el('a', { href: orderHref(text), class: 'mono' }, text))]);
        hits = [{ order: answer.body }];
        follow();
        return;
      }
    }
    put('none', () => [switchedOff()]);
  }
}

/**
 * @param {string} text
 * @param {readonly Hit[]} hits
 * @param {boolean} hasMore
 */
function found(text, hits, hasMore) {
  const fieldOf = new Map(hits.map((hit) => [hit.order, hit]));
  const columns = [
    {
      name: 'Found by',
      kind: 'order-found',
      cell: (/** @type {OrderSummary} */ order) => matchOf(fieldOf.get(order), text),
    },
    ...ORDER_COLUMNS,
  ];
  const count = hasMore
    ? `The first ${hits.length} of more. More characters, or another field, narrow it down.`
    : `${counted(hits.length, 'order')} found.`;
  const orders = hits.map(({ order }) => order);
  return [
    el(
      'section',
      { class: 'card' },
      el('p', { class: 'muted' }, count),
      orderTable('Found orders', orders, columns).box,
    ),
  ];
}

/**
 * @param {Hit | undefined} hit
 * @param {string} text
 */
function matchOf(hit, text) {
  if (!hit) return null;
  const value = shortened(hit.value);
  const at = value.toLowerCase().indexOf(text.toLowerCase());
  const marked =
    at < 0 || value.toLowerCase().length !== value.length
      ? [value]
      : [
          value.slice(0, at),
          el('mark', {}, value.slice(at, at + text.length)),
          value.slice(at + text.length),
        ];
  return [
    el('span', { class: 'muted small' }, `${FIELDS[hit.matched] ?? hit.matched} `),
    el('bdi', {}, ...marked),
  ];
}

function tooShort() {
  return emptyState(
    'A little more',
    `Orders are found from ${FEWEST_CHARACTERS} characters on: by id or the beginning of it, track number, customer id, e-mail, phone number or name.`,
  );
}

/** @param {string} text */
function nothing(text) {
  return el(
    'div',
    { class: 'state', 'data-state': 'not-found' },
    el('h2', {}, 'Nothing found'),
    el('p', { class: 'mono' }, el('bdi', {}, shortened(text))),
    el(
      'p',
      {},
      'No order has this as its id or the beginning of it, track number, customer id, e-mail, phone number or name. Try another of these, or less of it.',
    ),
  );
}

/** @param {Node} [link] to the order that has this id */
function switchedOff(link) {
  return el(
    'div',
    { class: 'state', 'data-state': link ? 'found' : 'not-found' },
    el('h2', {}, link ? 'An order has this id' : 'No order has this id'),
    link ? el('p', {}, link) : null,
    el('p', {}, 'The search is switched off on this server: an order is found by its whole id alone.'),
  );
}

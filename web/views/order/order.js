import { features } from '../../api/features.js';
import { ApiFailure } from '../../api/failure.js';
import { tell } from '../../kit/announcing.js';
import { stateWords } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { failureHeading, failureState, loadingState } from '../../kit/states.js';
import { live } from '../../api/live.js';
import {
  asFact,
  loadHistory,
  loadNotes,
  loadOrder,
  loadOtherOrders,
  loadParcels,
  loadPayments,
  loadStock,
} from './loading.js';
import { OrderPage } from './page.js';

/** What an order id may be; the server holds the same rule. */
const ORDER_UID = /^[A-Za-z0-9_-]{1,64}$/;
/** Parts that come by then are drawn together with the order, so that nothing moves while it is read. */
const DRAWN_TOGETHER_MS = 300;
/** An order that changes fast is loaded anew so often at most. */
const REFRESH_PAUSE_MS = 150;
/**
 * What payments, carriers and stock make of a change comes a moment after it, and much of it, such as the money that is due,
 * is no change of the order itself, so that no event tells of it.
 */
const SETTLING_PAUSES_MS = [1_000, 4_000];
const RENEW_EVERY_MS = 30_000;

/** @typedef {import('./page.js').Facts} Facts */

/**
 * One order, and all that is known of it.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  const orderUid = visit.params.order_uid ?? '';
  visit.title(`Order ${orderUid}`);
  if (!ORDER_UID.test(orderUid)) {
    showFailure(place, visit, new ApiFailure('bad-request', explainBadId(orderUid)), orderUid);
    return;
  }
  let heardVersion = 0;
  /** @type {OrderPage | undefined} */
  let page;
  const concerns = (/** @type {{ order_uid: string, version: number }} */ event) => {
    if (event.order_uid !== orderUid) return false;
    heardVersion = Math.max(heardVersion, event.version);
    return heardVersion > (page?.facts?.found.standing.version ?? 0);
  };
  place.replaceChildren(loadingState(8, `Order ${orderUid}`));
  const current = new Current(visit, {
    concerns,
    pauseMs: REFRESH_PAUSE_MS,
    load: async (signal, isDrawn) => {
      const { isBehind, ...found } = await loadOrder(orderUid, signal, () => heardVersion);
      if (signal.aborted) return;
      page ??= new OrderPage(visit, () => current.renew());
      await drawAll(page, found, signal);
      if (signal.aborted) return;
      if (!isDrawn) {
        place.replaceChildren(page.element);
        visit.announce(`Order ${orderUid}, version ${found.standing.version}.`);
      }
      if (isBehind && isDrawn) throw new ApiFailure('away', 'The server has not caught up yet.');
    },
    failed: (failure) => {
      showFailure(place, visit, failure, orderUid, () => void current.renew());
    },
  });
  tellOfChanges(visit, orderUid);
  renewOften(visit, orderUid, current);
  await current.renew();
}

/**
 * @param {import('../../router.js').Visit} visit
 * @param {string} orderUid
 * @param {Current} current
 */
function renewOften({ signal }, orderUid, current) {
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  const timers = new Set();
  const clear = () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
  const renew = () => {
    if (document.visibilityState === 'visible') void current.renew();
  };
  const heard = (/** @type {readonly { order_uid: string }[]} */ events) => {
    if (!events.some((event) => event.order_uid === orderUid)) return;
    clear();
    for (const pauseMs of SETTLING_PAUSES_MS) timers.add(setTimeout(renew, pauseMs));
  };
  live.listen({ heard }, signal);
  const interval = setInterval(renew, RENEW_EVERY_MS);
  signal.addEventListener('abort', () => {
    clear();
    clearInterval(interval);
  });
}

/**
 * Draws the order with the parts that are there by now, and each other part as it comes.
 *
 * @param {OrderPage} page
 * @param {import('./loading.js').FoundOrder} found
 * @param {AbortSignal} signal
 */
async function drawAll(page, found, signal) {
  const { order } = found;
  const uid = order.order_uid;
  const { contexts } = await features();
  /** @type {Facts} */
  const facts = { ...page.facts, found, contexts };
  // What is not there is not asked for: a browser writes each 404 to its console.
  const ifThere = (/** @type {string} */ context, /** @type {() => Promise<unknown>} */ load) =>
    contexts.includes(context) ? load() : Promise.resolve(null);
  const loads = /** @type {const} */ ([
    ['history', loadHistory(uid, signal)],
    ['payments', ifThere('payments', () => loadPayments(uid, signal))],
    ['parcels', ifThere('tracking', () => loadParcels(uid, signal))],
    ['stock', ifThere('inventory', () => loadStock(order, signal))],
    ['notes', loadNotes(uid, signal)],
    ['others', loadOtherOrders(order, signal)],
  ]);
  let isDrawn = false;
  const settled = Promise.all(
    loads.map(async ([name, loading]) => {
      const fact = await asFact(/** @type {Promise<unknown>} */ (loading), signal);
      if (signal.aborted) return;
      Object.assign(facts, { [name]: fact });
      if (isDrawn) page.draw(facts);
    }),
  );
  if (!page.facts) page.visit.busy(settled);
  await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, DRAWN_TOGETHER_MS))]);
  if (signal.aborted) return;
  page.draw(facts);
  isDrawn = true;
}

/**
 * Those who do not see the order hear of it when it changes.
 *
 * @param {import('../../router.js').Visit} visit
 * @param {string} orderUid
 */
function tellOfChanges(visit, orderUid) {
  live.listen(
    {
      heard: (events) => {
        const event = events.findLast((one) => one.order_uid === orderUid);
        if (!event) return;
        const { change } = event;
        const isOfState = change !== 'content' && change !== 'received';
        const words = isOfState ? `now ${stateWords(change, event[change])}` : 'its content is new';
        tell(`The order has changed: ${words}.`);
      },
    },
    visit.signal,
  );
}

/**
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @param {ApiFailure} failure
 * @param {string} orderUid
 * @param {() => void} [retry]
 */
function showFailure(place, visit, failure, orderUid, retry) {
  const words = FAILURE_WORDS[failure.kind] ?? {};
  const heading = words.heading ?? failureHeading(failure.kind);
  place.replaceChildren(failureState(failure, { ...words, subject: orderUid, retry, isView: true }));
  visit.title(heading);
}

/** @type {Partial<Record<ApiFailure['kind'], { heading?: string, advice?: string, isTold?: boolean }>>} */
const FAILURE_WORDS = {
  'not-found': {
    heading: 'No such order',
    isTold: true,
    advice:
      'It may have been typed wrongly, or be on its way still: once it is there, it is shown here by itself. The field above finds orders by other things too.',
  },
  'bad-request': {
    heading: 'That is no order id',
    advice: 'The field above finds orders by track number, customer, e-mail, phone and name.',
  },
};

/** @param {string} orderUid */
function explainBadId(orderUid) {
  if (orderUid.length > 64) return `An order id has at most 64 characters; this one has ${orderUid.length}.`;
  return 'An order id has only letters A to Z, digits, hyphens and underscores.';
}

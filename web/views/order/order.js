import { ApiFailure } from '../../api/failure.js';
import { tell } from '../../kit/announcing.js';
import { stateWords } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { focusKept } from '../../kit/focus.js';
import { isOrderUid } from '../../kit/order-uid.js';
import { failureHeading, failureState, loadingState } from '../../kit/states.js';
import { live } from '../../api/live.js';
import { drawAll } from './drawing.js';
import { loadOrder } from './loading.js';
import { OrderPage } from './page.js';

/** An order that changes fast is loaded anew so often at most. */
const REFRESH_PAUSE_MS = 150;
/**
 * What payments, carriers and stock make of a change comes a moment after it, and much of it, such as the money that is due,
 * is no change of the order itself, so that no event tells of it.
 */
const SETTLING_PAUSES_MS = [1_000, 4_000];
const RENEW_EVERY_MS = 30_000;

/**
 * One order, and all that is known of it.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  const orderUid = visit.params.order_uid ?? '';
  visit.title(`Order ${orderUid}`);
  if (!isOrderUid(orderUid)) {
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
        const giveBackFocus = focusKept();
        place.replaceChildren(page.element);
        giveBackFocus();
        visit.title(`Order ${orderUid}`);
        visit.announce(`Order ${orderUid}, version ${found.standing.version}.`);
      }
      if (!isBehind) return;
      if (isDrawn) throw new ApiFailure('away', 'The server has not caught up yet.');
      // Thrown now, it would take away what has just been drawn. The next load says that it may be old, and is repeated.
      setTimeout(() => void current.renew(), 0);
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
        if (change === 'received') tell('The order has come.');
        else {
          const words =
            change === 'content' ? 'its content is new' : `now ${stateWords(change, event[change])}`;
          tell(`The order has changed: ${words}.`);
        }
      },
    },
    visit.signal,
  );
}

/** @type {WeakMap<HTMLElement, { said: string, element: HTMLElement }>} the failure that a place shows */
const shownFailures = new WeakMap();

/**
 * A failure that is there already is left alone: the reader may be at its button, and has heard of it.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @param {ApiFailure} failure
 * @param {string} orderUid
 * @param {() => void} [retry]
 */
function showFailure(place, visit, failure, orderUid, retry) {
  const said = `${failure.kind} ${failure.message}`;
  const shown = shownFailures.get(place);
  if (shown?.said === said && shown.element.isConnected) return;
  const words = FAILURE_WORDS[failure.kind] ?? {};
  const element = failureState(failure, { ...words, subject: orderUid, retry, isView: true });
  shownFailures.set(place, { said, element });
  const giveBackFocus = focusKept();
  place.replaceChildren(element);
  giveBackFocus();
  visit.title(words.heading ?? failureHeading(failure.kind));
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

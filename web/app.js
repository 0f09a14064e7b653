import { ApiFailure, fetchOrder, sendTestOrder, waitUntilStored } from './api.js';
import { byId, onFollow } from './dom.js';
import { LiveFeed } from './live-feed.js';
import { failureLine, failureNotice, skeleton, welcome } from './notices.js';
import { orderView } from './order-view.js';
import { RecentOrders } from './recent-orders.js';

const form = byId('look-up');
const input = /** @type {HTMLInputElement} */ (byId('order-uid'));
const announcement = byId('announcement');
const result = byId('result');
const testOrderButton = byId('send-test-order');

/**
 * What the page is showing or about to show. The address names the order, so that a link, a reload and the
 * back button all lead to the same sight.
 *
 * @type {{ orderUid: string, version: number | undefined, request: AbortController }}
 */
let shown = { orderUid: '', version: undefined, request: new AbortController() };

/** @type {{ orderUid: string, status: string } | undefined} the last status heard of the order that is shown */
let lastStatus;

const recentOrders = new RecentOrders((orderUid) => openFromList(orderUid));
const liveFeed = new LiveFeed((orderUid) => openFromList(orderUid), heardOfStatus);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void open(input.value.trim());
});
for (const link of document.querySelectorAll('[data-home]')) {
  onFollow(/** @type {HTMLElement} */ (link), () => goHome());
}
testOrderButton.addEventListener('click', () => void sendAndShow());
window.addEventListener('popstate', () => void showAddressed());

void showAddressed();
void recentOrders.refresh();
liveFeed.start();

/** Shows what the address asks for. */
async function showAddressed() {
  const orderUid = new URLSearchParams(location.search).get('order');
  input.value = orderUid ?? '';
  if (orderUid === null) showWelcome();
  else await show(orderUid.trim());
}

/**
 * Goes to an order: a new place in the history, unless it is the one that is open.
 *
 * @param {string} orderUid
 */
async function open(orderUid) {
  const here = new URLSearchParams(location.search).get('order');
  // An empty field is a slip and no place to come back to.
  if (orderUid !== here && orderUid !== '') {
    history.pushState(null, '', `/?order=${encodeURIComponent(orderUid)}`);
  }
  input.value = orderUid;
  await show(orderUid);
}

/**
 * From a list that may stand below the order, so the reader is taken to it.
 *
 * @param {string} orderUid
 */
function openFromList(orderUid) {
  void open(orderUid);
  result.focus();
}

function goHome() {
  if (location.search !== '') history.pushState(null, '', '/');
  input.value = '';
  showWelcome();
  input.focus();
}

function showWelcome() {
  begin('');
  document.title = 'Waybill';
  announce('');
  put(welcome());
}

/**
 * Looks an order up and shows it, or why not. A later call takes over from an earlier one.
 *
 * @param {string} orderUid
 */
async function show(orderUid) {
  const { signal } = begin(orderUid);
  document.title = orderUid === '' ? 'Waybill' : `Order ${orderUid} · Waybill`;
  announce(orderUid === '' ? '' : `Looking up ${orderUid} …`);
  // An order in view stays, dimmed, until the answer: most answers come before anyone could see a skeleton.
  if (!result.querySelector('article')) put(skeleton());
  result.setAttribute('aria-busy', 'true');
  try {
    const found = await fetchOrder(orderUid, signal);
    if (!signal.aborted) showFound(found, `Order ${orderUid}`);
  } catch (failure) {
    if (!signal.aborted) showFailure(failure, orderUid);
  }
}

/**
 * @param {import('./api.js').FoundOrder} found
 * @param {string} words what to say of it
 */
function showFound(found, words) {
  const orderUid = found.order.order_uid;
  shown.version = found.version;
  put(orderView(found, lastStatus?.orderUid === orderUid ? lastStatus?.status : undefined));
  announce(found.version === undefined ? `${words}.` : `${words}, version ${found.version}.`);
}

/**
 * @param {unknown} failure
 * @param {string} orderUid
 */
function showFailure(failure, orderUid) {
  // Anything but an ApiFailure is an answer that this page cannot draw: said, and left for the console too.
  if (!(failure instanceof ApiFailure)) reportError(failure);
  const told =
    failure instanceof ApiFailure ? failure : new ApiFailure('away', 'The answer could not be shown.');
  put(failureNotice(told, orderUid, () => void show(orderUid)));
  announce(failureLine(told));
  input.setAttribute('aria-invalid', String(told.kind === 'bad-id'));
}

async function sendAndShow() {
  if (testOrderButton.getAttribute('aria-disabled') === 'true') return;
  // Not `disabled`: that would take the keyboard focus away from the button that was just pressed.
  testOrderButton.setAttribute('aria-disabled', 'true');
  announce('Sending a test order …');
  const from = shown;
  let orderUid = '';
  try {
    orderUid = await sendTestOrder();
    announce(`Test order ${orderUid} is on its way …`);
    await waitUntilStored(orderUid);
    // Whoever has gone to another order meanwhile is not pulled away from it.
    if (shown === from) await open(orderUid);
    announce(`Test order ${orderUid} is stored.`);
  } catch (failure) {
    announce(testOrderFailureLine(failure, orderUid));
  } finally {
    testOrderButton.removeAttribute('aria-disabled');
  }
}

/**
 * @param {unknown} failure
 * @param {string} orderUid empty when the server never took it
 */
function testOrderFailureLine(failure, orderUid) {
  if (!(failure instanceof ApiFailure)) return 'The test order could not be sent.';
  if (orderUid === '') return `The test order was not sent. ${failure.message}`;
  if (failure.kind === 'not-found') return `Test order ${orderUid} was taken, but is not stored yet.`;
  return `Test order ${orderUid} was taken, but could not be looked up. ${failure.message}`;
}

/** @param {import('./live-feed.js').StatusEvent} event */
function heardOfStatus(event) {
  recentOrders.heardOfChange();
  if (event.order_uid !== shown.orderUid) return;
  lastStatus = { orderUid: event.order_uid, status: event.status };
  const isNews = shown.version === undefined || event.version > shown.version;
  if (isNews && result.getAttribute('aria-busy') !== 'true') void show(event.order_uid);
}

/**
 * Makes this the order that the page is about; a request for another one is called off.
 *
 * @param {string} orderUid
 */
function begin(orderUid) {
  shown.request.abort();
  if (lastStatus?.orderUid !== orderUid) lastStatus = undefined;
  shown = { orderUid, version: undefined, request: new AbortController() };
  input.removeAttribute('aria-invalid');
  return shown.request;
}

/** @param {HTMLElement} element */
function put(element) {
  // Otherwise the keyboard would fall back to the top of the page with the button that goes away.
  const heldFocus = result.contains(document.activeElement);
  result.replaceChildren(element);
  result.removeAttribute('aria-busy');
  if (heldFocus) result.focus({ preventScroll: true });
}

/** @param {string} words */
function announce(words) {
  announcement.textContent = words;
}

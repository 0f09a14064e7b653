import { ApiFailure, sendTestOrder, waitUntilStored } from './api.js';
import { byId, onFollow } from './dom.js';
import { Freshness } from './freshness.js';
import { LiveFeed } from './live-feed.js';
import { OrderPanel } from './order-panel.js';
import { RecentOrders } from './recent-orders.js';

const input = /** @type {HTMLInputElement} */ (byId('order-uid'));
const announcement = byId('announcement');
const testOrderButton = byId('send-test-order');

const panel = new OrderPanel({
  announce,
  judgeId: (isGood) => input.setAttribute('aria-invalid', String(!isGood)),
  stayedOld: () => freshness.failed(),
});
const recentOrders = new RecentOrders({ open: openFromList, stayedOld: () => freshness.failed() });
const freshness = new Freshness(() => Promise.all([panel.renew(), recentOrders.renew()]));
const liveFeed = new LiveFeed({
  open: openFromList,
  heard: (event) => {
    recentOrders.heardOfChange();
    panel.heardOf(event);
  },
  became: (state) => freshness.becameOfFeed(state),
});

byId('look-up').addEventListener('submit', (event) => {
  event.preventDefault();
  const orderUid = input.value.trim();
  if (orderUid === '') explainEmptyField();
  else void open(orderUid);
});
for (const link of document.querySelectorAll('[data-home]')) {
  onFollow(/** @type {HTMLElement} */ (link), () => goHome());
}
testOrderButton.addEventListener('click', () => void sendAndShow());
window.addEventListener('popstate', () => void showAddressed());

void showAddressed();
recentOrders.renew().catch(() => freshness.failed());
liveFeed.start();

/**
 * Shows what the address asks for. It names the order, so that a link, a reload and the back button all lead to the
 * same sight.
 */
async function showAddressed() {
  const orderUid = new URLSearchParams(location.search).get('order')?.trim();
  input.value = orderUid ?? '';
  if (orderUid) {
    await panel.show(orderUid);
    return;
  }
  panel.showWelcome();
  // The field was sent empty before this script had loaded.
  if (orderUid === '') explainEmptyField();
}

/**
 * Goes to an order: a new place in the history, unless it is the one that is open.
 *
 * @param {string} orderUid
 */
async function open(orderUid) {
  const here = new URLSearchParams(location.search).get('order');
  if (orderUid !== here) history.pushState(null, '', `/?order=${encodeURIComponent(orderUid)}`);
  input.value = orderUid;
  await panel.show(orderUid);
}

/**
 * From a list that may stand below the order, so the reader is taken to it.
 *
 * @param {string} orderUid
 */
function openFromList(orderUid) {
  void open(orderUid);
  panel.focus();
}

function goHome() {
  if (location.search !== '') history.pushState(null, '', '/');
  input.value = '';
  panel.showWelcome();
  input.focus();
}

/** An empty field is a slip: what is shown stays, and it is no place to come back to. */
function explainEmptyField() {
  announce('Type or paste an order ID here, pick one from the recent orders, or send a test order.');
  input.value = '';
  input.focus();
}

async function sendAndShow() {
  if (testOrderButton.getAttribute('aria-disabled') === 'true') return;
  // Not `disabled`: that would take the keyboard focus away from the button that was just pressed.
  testOrderButton.setAttribute('aria-disabled', 'true');
  announce('Sending a test order …');
  const from = panel.visit;
  let orderUid = '';
  try {
    orderUid = await sendTestOrder();
    announce(`Test order ${orderUid} is on its way …`);
    await waitUntilStored(orderUid);
    // Whoever has gone to another order meanwhile is not pulled away from it.
    if (!from.aborted) await open(orderUid);
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

/** @param {string} words */
function announce(words) {
  announcement.textContent = words;
}

import { el } from './dom.js';
import { shortened } from './long-text.js';

/** What stands in the order's place before any was asked for. */
export function welcome() {
  return el(
    'div',
    { class: 'notice card' },
    el('h2', {}, 'No order chosen'),
    el('p', {}, 'Look one up by its ID, pick one from the recent orders, or send a test order.'),
  );
}

/** Holds the room of an order while it is on its way, so that nothing jumps when it comes. */
export function skeleton() {
  const bars = (/** @type {number} */ count) =>
    Array.from({ length: count }, () => el('span', { class: 'bar' }));
  return el(
    'div',
    { class: 'skeleton', 'aria-hidden': 'true' },
    el('div', { class: 'card order-head' }, ...bars(2)),
    el('div', { class: 'cards' }, ...[7, 8, 7].map((count) => el('div', { class: 'card' }, ...bars(count)))),
    el('div', { class: 'card' }, ...bars(4)),
  );
}

const headings = {
  'not-found': 'No such order',
  'bad-id': 'That is no order ID',
  refused: 'The server refused',
  away: 'The server is away',
};

/** @param {import('./api.js').ApiFailure} failure */
export function failureHeading(failure) {
  return headings[failure.kind];
}

/**
 * Says what went wrong and, where trying again may help, offers to.
 *
 * @param {import('./api.js').ApiFailure} failure
 * @param {string} orderUid
 * @param {() => void} retry
 */
export function failureNotice(failure, orderUid, retry) {
  const again = failure.kind === 'away' || failure.kind === 'not-found';
  const button = again ? el('button', { type: 'button' }, 'Try again') : null;
  button?.addEventListener('click', retry);
  return el(
    'div',
    { class: 'notice card', 'data-kind': failure.kind },
    el('h2', {}, failureHeading(failure)),
    orderUid === '' ? null : el('p', {}, el('bdi', { class: 'mono' }, shortened(orderUid))),
    el('p', {}, el('bdi', {}, shortened(failure.message))),
    button,
  );
}

/**
 * The same, as one line for the announcement.
 *
 * @param {import('./api.js').ApiFailure} failure
 */
export function failureLine(failure) {
  return `${failureHeading(failure)}. ${shortened(failure.message)}`;
}

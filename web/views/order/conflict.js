import { stateWords } from '../../kit/badges.js';
import { button, el } from '../../kit/dom.js';
import { shortened } from '../../kit/long-text.js';
import { timeElement } from '../../kit/time.js';

/** @typedef {import('./loading.js').Version} Version */

/** What has changed, of each change that leaves the order in another state. */
const SUBJECTS = /** @type {const} */ ({
  status: 'It',
  payment_status: 'Its payment',
  shipment_status: 'Its shipment',
});

/**
 * Says that an order was not acted on, since it is not as it was seen any more.
 *
 * @param {object} conflict
 * @param {import('../../api/failure.js').ApiFailure} conflict.failure
 * @param {Version | undefined} conflict.last the newest change since the order was seen, where it is known
 * @param {boolean} conflict.mayBeDone something was sent before, and its answer was lost
 * @param {() => void} understood
 */
export function conflictNotice({ failure, last, mayBeDone }, understood) {
  return el(
    'div',
    { class: 'notice', 'data-tone': 'amber', role: 'alert' },
    el('h2', {}, mayBeDone ? 'The order has changed' : 'Someone was faster'),
    el(
      'p',
      {},
      mayBeDone
        ? 'What you sent first was done, or someone was faster. What you sent last was not done. '
        : 'The order has changed while you were looking at it, so nothing was done. ',
      ...(last ? changeWords(last) : []),
      ' Look at it as it is now, and decide again.',
    ),
    failure.status === 409 ? el('p', {}, el('bdi', {}, failure.message)) : null,
    button('Understood', understood),
  );
}

/**
 * @param {Version} last
 * @returns {(Node | string)[]}
 */
function changeWords({ change, to, at, by, reason }) {
  return [
    change === 'content' || change === 'received'
      ? 'Its content was replaced at '
      : `${SUBJECTS[change]} is ${stateWords(change, to ?? '')} now, since `,
    timeElement(at, 'clock'),
    ...(by ? [' by ', el('bdi', {}, shortened(by))] : []),
    ...(reason ? [': ', el('bdi', {}, shortened(reason))] : []),
    '.',
  ];
}

import { post } from '../../api/client.js';
import { newIdempotencyKey } from '../../api/idempotency-key.js';
import { announce } from '../../kit/announcing.js';
import { stateWords } from '../../kit/badges.js';
import { ask, field } from '../../kit/dialog.js';
import { button, el } from '../../kit/dom.js';
import { shortened } from '../../kit/long-text.js';
import { byOf, readerNameField } from '../../kit/reader-name.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { timeElement } from '../../kit/time.js';
import { correctAddress } from './address.js';

const MOST_REASON_CHARACTERS = 255;
const DONE_ONCE = 'Try again: it is done once, however often it is sent.';

/** @typedef {import('./loading.js').Standing['next'][number]} Status */

/**
 * What an order may be asked to become: what the button says, and what comes of it.
 *
 * @type {Partial<Record<Status, { words: string, question: string, outcome: string }>>}
 */
const ACTIONS = {
  confirmed: {
    words: 'Confirm',
    question: 'Confirm this order?',
    outcome: 'It can be packed and shipped then.',
  },
  packed: {
    words: 'Mark as packed',
    question: 'Is this order packed?',
    outcome: 'Somebody has packed it, and it waits for its carrier.',
  },
  shipped: {
    words: 'Mark as shipped',
    question: 'Has this order left the house?',
    outcome:
      'It can neither be cancelled nor corrected then. Carriers say this by themselves when they have it.',
  },
  delivered: {
    words: 'Mark as delivered',
    question: 'Has the customer got this order?',
    outcome: 'Carriers say this by themselves when they have handed it over.',
  },
  returned: {
    words: 'Mark as returned',
    question: 'Has this order come back?',
    outcome: 'What was paid for it is to be refunded then.',
  },
  cancelled: {
    words: 'Cancel the order …',
    question: 'Cancel this order?',
    outcome:
      'This cannot be undone. What is held of the stock is let go, and what was paid is to be refunded.',
  },
};

/** What a person may do with an order. Each thing is asked about before it is done, and done to the order that was seen. */
export class OrderActions {
  notice = el('div', { class: 'order-notice', tabindex: '-1' });

  /**
   * @param {import('../../router.js').Visit} visit
   * @param {{ facts: import('./page.js').Facts | undefined }} page
   * @param {() => Promise<void>} renew loads the order anew
   */
  constructor(visit, page, renew) {
    this.visit = visit;
    this.page = page;
    this.renew = renew;
  }

  /** @param {import('./loading.js').FoundOrder} found */
  buttons({ standing }) {
    const buttons = standing.next
      .filter((status) => status in ACTIONS)
      .map((status, index) =>
        button(ACTIONS[status]?.words ?? status, () => void this.#ask(status), {
          class: status === 'cancelled' ? 'danger' : index === 0 ? 'primary' : undefined,
        }),
      );
    return buttons.length > 0
      ? buttons
      : [
          el(
            'p',
            { class: 'muted' },
            `Nothing is left to be done: it is ${stateWords('status', standing.status)}.`,
          ),
        ];
  }

  /** Opens the form of the delivery part. */
  correctAddress() {
    void correctAddress({ visit: this.visit, page: this.page, renew: this.renew });
  }

  /** @param {Status} status */
  async #ask(status) {
    const action = ACTIONS[status];
    const seen = this.page.facts?.found;
    if (!action || !seen) return;
    const isCancelling = status === 'cancelled';
    // Sent again after an answer that was lost on the way, it is done once.
    const idempotencyKey = newIdempotencyKey();
    this.notice.replaceChildren();
    await ask({
      heading: action.question,
      body: [
        el('p', { class: 'mono' }, el('bdi', {}, seen.order.order_uid)),
        el('p', {}, action.outcome),
        field({
          label: isCancelling ? 'Why' : 'Why (may be left empty)',
          name: 'reason',
          maxLength: MOST_REASON_CHARACTERS,
          isRequired: isCancelling,
          hint: 'It stands in the history of the order.',
        }),
        readerNameField('by'),
      ],
      yes: isCancelling ? 'Cancel the order' : action.words,
      isDangerous: isCancelling,
      signal: this.visit.signal,
      act: async (form) => {
        const reason = String(form.get('reason') ?? '').trim();
        if (isCancelling && reason === '') return 'Say why, for those who read the history.';
        try {
          await this.#send(status, { ...(reason !== '' && { reason }), ...byOf(form) }, seen, idempotencyKey);
        } catch (thrown) {
          return this.#refused(thrown);
        }
        await this.renew();
        announce(`The order is ${stateWords('status', status)}.`);
        return undefined;
      },
    });
  }

  /**
   * @param {Status} status
   * @param {{ reason?: string, by?: string }} words
   * @param {import('./loading.js').FoundOrder} seen
   * @param {string} idempotencyKey
   */
  async #send(status, words, { order, etag }, idempotencyKey) {
    const asking = { path: { order_uid: order.order_uid }, ifMatch: etag, idempotencyKey };
    if (status === 'cancelled') await post('/api/orders/{order_uid}/cancel', { ...asking, body: words });
    else await post('/api/orders/{order_uid}/status', { ...asking, body: { status, ...words } });
  }

  /**
   * @param {unknown} thrown
   * @returns {Promise<string | undefined>} what the dialog says; none: it closes, and the page says it
   */
  async #refused(thrown) {
    const failure = asShownFailure(thrown);
    if (failure.kind !== 'conflict') return refusalWords(failure, DONE_ONCE);
    await this.renew();
    // After the dialog, which gives the focus back to where it was.
    setTimeout(() => this.#tellOfConflict(failure), 0);
    return undefined;
  }

  /** @param {import('../../api/failure.js').ApiFailure} failure */
  #tellOfConflict(failure) {
    const { found, history } = this.page.facts ?? {};
    if (!found) return;
    const last = history && 'value' in history ? history.value.at(-1) : undefined;
    this.notice.replaceChildren(
      el(
        'div',
        { class: 'notice', 'data-tone': 'amber', role: 'alert' },
        el('h2', {}, 'Someone was faster'),
        el(
          'p',
          {},
          'The order has changed while you were looking at it, so nothing was done. ',
          ...(last ? changeWords(last, found.standing) : []),
          ' Look at it as it is now, and decide again.',
        ),
        failure.status === 409 ? el('p', {}, el('bdi', {}, failure.message)) : null,
        button('Understood', () => {
          this.notice.replaceChildren();
          document.getElementById('order-heading')?.focus();
        }),
      ),
    );
    this.notice.focus();
  }
}

/**
 * @param {import('./loading.js').Version} last
 * @param {import('./loading.js').Standing} standing
 * @returns {(Node | string)[]}
 */
function changeWords({ change, at, by, reason }, { status }) {
  return [
    change === 'content'
      ? 'Its content was replaced at '
      : `It is ${stateWords('status', status)} now, since `,
    timeElement(at, 'clock'),
    ...(by ? [' by ', el('bdi', {}, shortened(by))] : []),
    ...(reason ? [': ', el('bdi', {}, shortened(reason))] : []),
    '.',
  ];
}

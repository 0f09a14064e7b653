import { post } from '../../api/client.js';
import { DONE_ONCE, IdempotencyKey } from '../../api/idempotency-key.js';
import { announce, tell } from '../../kit/announcing.js';
import { stateWords } from '../../kit/badges.js';
import { ask, field } from '../../kit/dialog.js';
import { button, el } from '../../kit/dom.js';
import { byOf, readerNameField } from '../../kit/reader-name.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { correctAddress } from './address.js';
import { conflictNotice } from './conflict.js';
import { asFact, loadHistory } from './loading.js';

const MOST_REASON_CHARACTERS = 255;

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
    outcome: 'This cannot be undone. Stock held for it is released, and what was paid is to be refunded.',
  },
};

/** What a person may do with an order. Each thing is asked about before it is done, and done to the order that was seen. */
export class OrderActions {
  notice = el('div', { class: 'order-notice', tabindex: '-1' });
  /**
   * Why something was to be done that was not, since someone was faster. Where the same is asked again, it is there.
   *
   * @type {Partial<Record<Status, string>>}
   */
  #unsentReasons = {};
  /**
   * Of the order to which something is being done. What is asked of the same one meanwhile would be refused for that.
   *
   * @type {string | null | undefined}
   */
  #underWayEtag;
  /** Of the order to which something may have been done: the answer was lost. @type {string | null | undefined} */
  #unsureEtag;

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
      : [el('p', { class: 'muted' }, `It is ${stateWords('status', standing.status)}: no further step.`)];
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
    if (this.#underWayEtag === seen.etag) {
      tell('What you asked for before is under way still. What comes of it is said here.');
      return;
    }
    const isCancelling = status === 'cancelled';
    // Sent again after an answer that was lost on the way, it is done once.
    const idempotencyKey = new IdempotencyKey();
    /** @type {import('../../api/failure.js').ApiFailure | undefined} */
    let conflict;
    this.notice.replaceChildren();
    const answer = await ask({
      heading: action.question,
      body: [
        el('p', { class: 'mono' }, el('bdi', {}, seen.order.order_uid)),
        el('p', {}, action.outcome),
        field({
          label: isCancelling ? 'Why' : 'Why (may be left empty)',
          name: 'reason',
          value: this.#unsentReasons[status] ?? '',
          maxLength: MOST_REASON_CHARACTERS,
          isRequired: isCancelling,
          hint: 'It is shown in the history of the order.',
        }),
        readerNameField('by'),
      ],
      yes: isCancelling ? 'Cancel the order' : action.words,
      isDangerous: isCancelling,
      signal: this.visit.signal,
      act: async (form) => {
        const reason = String(form.get('reason') ?? '').trim();
        if (isCancelling && reason === '') return 'Say why, for those who read the history.';
        const words = { ...(reason !== '' && { reason }), ...byOf(form) };
        this.#underWayEtag = seen.etag;
        try {
          await this.#send(status, words, seen, idempotencyKey.of(words));
        } catch (thrown) {
          const failure = asShownFailure(thrown);
          if (failure.mayPass) this.#unsureEtag = seen.etag;
          if (failure.kind !== 'conflict') {
            this.#underWayEtag = undefined;
            return refusalWords(failure, DONE_ONCE);
          }
          conflict = failure;
        }
        this.#unsentReasons[status] = conflict ? reason : '';
        return undefined;
      },
    });
    if (!answer) return;
    await this.renew();
    this.#underWayEtag = undefined;
    if (conflict) await this.#tellOfConflict(conflict, seen, this.#unsureEtag === seen.etag);
    else announce(`The order is ${stateWords('status', status)}.`);
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
   * @param {import('../../api/failure.js').ApiFailure} failure
   * @param {import('./loading.js').FoundOrder} seen
   * @param {boolean} mayBeDone by what was sent before
   */
  async #tellOfConflict(failure, { order, standing }, mayBeDone) {
    const { signal } = this.visit;
    // The one that the page has may be older than the order that it shows.
    const history = await asFact(loadHistory(order.order_uid, signal), signal);
    if (signal.aborted) return;
    const versions = history && 'value' in history ? history.value : [];
    const last = versions.findLast(({ version }) => version > standing.version);
    this.notice.replaceChildren(
      conflictNotice({ failure, last, mayBeDone }, () => {
        this.notice.replaceChildren();
        document.getElementById('order-heading')?.focus();
      }),
    );
    this.notice.focus();
  }
}

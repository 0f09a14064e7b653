import { get } from '../../api/client.js';
import { Current } from '../../kit/current.js';
import { button, el } from '../../kit/dom.js';
import { Part } from '../../kit/part.js';
import { LetterActions } from './letter-actions.js';
import { drawDeliveries, drawFacts, drawHeaders } from './letter-facts.js';
import { LetterValue } from './letter-value.js';
import { letterBadge } from './letters.js';

/** @typedef {import('./letters.js').BytesView} BytesView */
/**
 * @typedef {import('./letters.js').LetterSummary & {
 *   partition: number,
 *   offset: number,
 *   event_time: string | null,
 *   event_timestamp: string,
 *   value_bytes: number | null,
 *   replayed_at: string | null,
 *   edited_at: string | null,
 *   header_list: readonly { name: BytesView, value: BytesView }[],
 *   value: BytesView,
 *   edited_value: BytesView,
 *   fault: { field: string, pointer: string, expected: string } | null,
 *   failures: readonly { partition: number, offset: number, reason: string, attempts: number, failed_at: string }[],
 * }} Letter
 */

/**
 * One refused event: why, its bytes, and what may be done with it.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @param {string} id
 */
export function openLetter(place, visit, id) {
  visit.title(`Refused event ${id}`);
  const box = el('div');
  place.append(el('p', {}, el('a', { href: '/trouble' }, '← All refused events')), box);
  const page = new LetterPage(visit, id, () => current.renew());
  const current = new Current(visit, {
    place: box,
    failureWords: {
      subject: id,
      advice: 'It may have been discarded. What its topic held of it stands in the topic of dead letters.',
    },
    load: async (signal) => {
      const { body } = await get('/api/dead-letters/{id}', { path: { id }, signal });
      page.draw(/** @type {Letter} */ (body));
      if (!box.contains(page.element)) box.replaceChildren(page.element);
    },
  });
  void current.renew();
}

class LetterPage {
  #head = el('header', { class: 'card letter-head' });
  #value;
  #actions;
  #facts = new Part('Where it came from');
  #headers = new Part('Headers');
  #deliveries = new Part('Tries');

  /**
   * @param {import('../../router.js').Visit} visit
   * @param {string} id
   * @param {() => Promise<void>} renew
   */
  constructor(visit, id, renew) {
    this.id = id;
    this.#value = new LetterValue(renew);
    this.#actions = new LetterActions(visit, renew);
    this.element = el(
      'article',
      { class: 'letter', 'aria-label': `Refused event ${id}` },
      this.#head,
      el(
        'div',
        { class: 'letter-columns' },
        this.#value.element,
        el(
          'div',
          { class: 'letter-column' },
          this.#facts.element,
          this.#deliveries.element,
          this.#headers.element,
        ),
      ),
    );
  }

  /** @param {Letter} letter */
  draw(letter) {
    this.#drawHead(letter);
    this.#value.draw(letter);
    drawFacts(this.#facts, letter);
    drawDeliveries(this.#deliveries, letter);
    drawHeaders(this.#headers, letter);
  }

  /** @param {Letter} letter */
  #drawHead(letter) {
    const focused = this.#head.contains(document.activeElement)
      ? document.activeElement?.textContent
      : undefined;
    this.#head.replaceChildren(
      el(
        'div',
        { class: 'letter-title' },
        el('h1', { tabindex: '-1' }, `Refused event ${letter.id}`),
        letterBadge(letter.state),
      ),
      el('p', { class: 'letter-why' }, el('bdi', {}, letter.reason)),
      el(
        'div',
        { class: 'row letter-actions' },
        button('Replay …', () => void this.#actions.replay(letter)),
        letter.value !== null && 'base64' in letter.value
          ? null
          : button('Edit and send …', () => this.#value.edit(letter)),
        button('Discard …', () => void this.#actions.discard(letter), { class: 'danger' }),
      ),
    );
    if (focused === undefined) return;
    const same = [...this.#head.querySelectorAll('button')].find(
      ({ textContent }) => textContent === focused,
    );
    (same ?? this.#head.querySelector('h1'))?.focus();
  }
}

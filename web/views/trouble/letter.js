import { get } from '../../api/client.js';
import { Current } from '../../kit/current.js';
import { button, counted, el } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { longText } from '../../kit/long-text.js';
import { Part } from '../../kit/part.js';
import { LetterActions } from './letter-actions.js';
import { drawDeliveries, drawFacts, drawHeaders } from './letter-facts.js';
import { LetterValue } from './letter-value.js';
import { letterBadge } from './letters.js';

/** @typedef {import('../../api/routes.js').BodyOf<'/api/dead-letters/{id}', 'get'>} Letter */

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
      'not-found': {
        advice: 'It may have been discarded. The topic of dead letters may hold it still.',
      },
    },
    load: async (signal) => {
      const { body } = await get('/api/dead-letters/{id}', { path: { id }, signal });
      const giveBackFocus = focusKept();
      // What is drawn is scrolled to, and has to be there for that.
      if (!box.contains(page.element)) box.replaceChildren(page.element);
      page.draw(body);
      giveBackFocus();
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
    const giveBackFocus = focusKept();
    this.#head.replaceChildren(
      el(
        'div',
        { class: 'letter-title' },
        el('h1', { tabindex: '-1' }, `Refused event ${letter.id}`),
        letterBadge(letter.state),
      ),
      ...reasonsOf(letter),
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
    giveBackFocus();
  }
}

/**
 * The reason, what it says first and, where it names several fields, the others on demand.
 *
 * @param {Letter} letter
 */
function reasonsOf({ reason, fault }) {
  const [first = '', ...others] = fault === null ? [reason] : reason.split('; ');
  const why = el('div', { class: 'letter-why' }, longText(first));
  if (others.length === 0) return [why];
  const faults = others.map((one) => el('li', {}, longText(one)));
  return [
    why,
    el(
      'details',
      {},
      el('summary', {}, `and ${counted(others.length, 'other fault')}`),
      el('ul', { class: 'letter-faults' }, ...faults),
    ),
  ];
}

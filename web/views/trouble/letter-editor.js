import { post } from '../../api/client.js';
import { tell } from '../../kit/announcing.js';
import { button, counted, el } from '../../kit/dom.js';
import { Patience } from '../../kit/patience.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { canBeLaidOut, faultOfJson, laidOut, stepsOf } from './json-text.js';

/** @typedef {import('./letter.js').Letter} Letter */

/** Where somebody mends an event, and sends it in the place of the one that was refused. */
export class LetterEditor {
  #field = el('textarea', {
    class: 'event-editor mono',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': 'The event that is sent in its place',
    'aria-describedby': 'event-state',
  });
  #state = el('p', { id: 'event-state', class: 'small event-state' });
  #wrong = el('p', { class: 'notice', 'data-tone': 'red', role: 'alert', hidden: true });
  #patience = new Patience();
  #send;

  /**
   * @param {Letter} letter
   * @param {{ sent: () => Promise<void>, left: () => void }} then
   */
  constructor(letter, { sent, left }) {
    const text = letter.value !== null && 'text' in letter.value ? letter.value.text : '';
    const { whole, at } = editable(text, letter.fault);
    this.at = at;
    this.#field.value = whole;
    this.#field.addEventListener('input', () => this.#judge());
    this.#judge();
    this.#send = button('Send as a new event', () => void this.#submit(letter, sent), { class: 'primary' });
    this.element = el(
      'div',
      { class: 'fields' },
      this.#field,
      this.#state,
      el(
        'p',
        { class: 'muted small' },
        'It goes to ',
        el('bdi', { class: 'mono' }, letter.topic),
        ' with the key and the headers of the refused event, and is taken for a new one. The refused event stays here, as edited.',
      ),
      this.#wrong,
      this.#patience.element,
      el('div', { class: 'row' }, this.#send, button('Leave it', left)),
    );
  }

  /** To the field that the event was refused for. */
  focus() {
    const { value } = this.#field;
    this.#field.focus();
    this.#field.setSelectionRange(this.at, this.at);
    const line = value.slice(0, this.at).split('\n').length;
    const share = line / value.split('\n').length;
    this.#field.scrollTop = Math.max(0, this.#field.scrollHeight * share - this.#field.clientHeight / 2);
  }

  #judge() {
    const why = faultOfJson(this.#field.value);
    this.#state.textContent = why === undefined ? 'It is JSON.' : `It is not JSON: ${why}`;
    this.#state.dataset.tone = why === undefined ? 'green' : 'red';
  }

  /**
   * @param {Letter} letter
   * @param {() => Promise<void>} sent
   */
  async #submit({ id, topic, edits }, sent) {
    const { value } = this.#field;
    this.#send.setAttribute('aria-disabled', 'true');
    this.#wrong.hidden = true;
    try {
      await this.#patience.during(
        post('/api/dead-letters/{id}/edited-replay', { path: { id }, body: { value, edits } }),
      );
    } catch (thrown) {
      this.#wrong.textContent = refusalWords(
        asShownFailure(thrown),
        'Try again: where it was sent already, that is said.',
      );
      this.#wrong.hidden = false;
      this.#send.removeAttribute('aria-disabled');
      return;
    }
    tell(`${counted(value.length, 'character')} went to ${topic} in the place of event ${id}.`);
    await sent();
  }
}

/**
 * The text as one edits it, laid out where it is JSON and not too long for that, and where the faulty field ends in it.
 *
 * @param {string} text
 * @param {Letter['fault']} fault
 */
function editable(text, fault) {
  if (!canBeLaidOut(text)) return { whole: text, at: 0 };
  const { before, marked, after } = laidOut(text, fault ? stepsOf(fault.pointer) : []);
  const whole = before + marked + after;
  // What says that a field is missing is no part of the JSON.
  if (faultOfJson(whole) !== undefined) return { whole: laidOut(text).before, at: before.trimEnd().length };
  return { whole, at: marked === '' ? 0 : before.length + marked.length };
}

import { copy } from '../../kit/copy.js';
import { button, el } from '../../kit/dom.js';
import { Part } from '../../kit/part.js';
import { dump } from './bytes.js';
import { canBeLaidOut, laidOut, MOST_LAID_OUT_CHARACTERS, stepsOf } from './json-text.js';
import { LetterEditor } from './letter-editor.js';

/** @typedef {import('./letter.js').Letter} Letter */
/** @typedef {'json' | 'text' | 'bytes' | 'sent'} Look */

/** @type {Record<Look, string>} */
const LOOKS = { json: 'As JSON', text: 'As text', bytes: 'As bytes', sent: 'What was sent in its place' };

/** What the event holds, as JSON with the faulty field marked, as text or as bytes; and where it is edited. */
export class LetterValue {
  #part = new Part('The event');
  #isEditing = false;
  /** @type {Look | undefined} that the reader has chosen */
  #look;

  /** @param {() => Promise<void>} renew loads the event anew */
  constructor(renew) {
    this.renew = renew;
    this.element = this.#part.element;
  }

  /** @param {Letter} letter */
  draw(letter) {
    // What somebody is writing is not taken from them.
    if (this.#isEditing) return;
    const looks = looksOf(letter);
    const look = this.#look && looks.includes(this.#look) ? this.#look : (looks[0] ?? 'text');
    const { value, edited_value, fault } = letter;
    this.#part.draw(
      [value, edited_value, fault, look],
      () => [looks.length < 2 ? null : this.#choice(letter, looks, look), ...shown(letter, look)],
      () => copyButtons(letter),
    );
    this.#scrollToMark();
  }

  /** Within its box: the page stays where it is. */
  #scrollToMark() {
    const mark = this.element.querySelector('mark');
    const text = mark?.parentElement;
    if (!mark || !text) return;
    const below = mark.getBoundingClientRect().bottom - text.getBoundingClientRect().bottom;
    if (below > 0) text.scrollTop += below + text.clientHeight / 2;
  }

  /** @param {Letter} letter */
  edit(letter) {
    this.#isEditing = true;
    const editor = new LetterEditor(letter, {
      sent: async () => {
        this.#isEditing = false;
        this.#look = 'sent';
        await this.renew();
        this.element.querySelector('h2')?.focus();
      },
      left: () => {
        this.#isEditing = false;
        this.draw(letter);
        this.element.querySelector('h2')?.focus();
      },
    });
    const { fault } = letter;
    this.#part.draw(['editing', letter.id], () => [fault ? faultLine(fault) : null, editor.element]);
    editor.focus();
  }

  /**
   * @param {Letter} letter
   * @param {readonly Look[]} looks
   * @param {Look} shownLook
   */
  #choice(letter, looks, shownLook) {
    return el(
      'div',
      { class: 'row looks', role: 'group', 'aria-label': 'How the event is shown' },
      ...looks.map((look) =>
        button(
          LOOKS[look],
          () => {
            this.#look = look;
            this.draw(letter);
          },
          { class: 'quiet', 'aria-pressed': String(look === shownLook) },
        ),
      ),
    );
  }
}

/**
 * @param {Letter} letter
 * @returns {Look[]} the one that tells most first
 */
function looksOf({ value, edited_value }) {
  /** @type {Look[]} */
  const looks = [];
  if (value !== null && 'text' in value) {
    if (canBeLaidOut(value.text)) looks.push('json');
    looks.push('text');
  } else if (value !== null) looks.push('bytes');
  if (edited_value !== null) looks.push('sent');
  return looks;
}

/**
 * @param {Letter} letter
 * @param {Look} look
 * @returns {Node[]}
 */
function shown({ value, edited_value, fault }, look) {
  const bytes = look === 'sent' ? edited_value : value;
  if (bytes === null)
    return [el('p', { class: 'muted' }, 'It has no value: a tombstone, which says that its key is gone.')];
  if ('base64' in bytes) return [textBox(dump(bytes.base64))];
  if (bytes.text === '') return [el('p', { class: 'muted' }, 'It is empty.')];
  if (look === 'sent' && canBeLaidOut(bytes.text)) return [jsonBox(bytes.text, null)];
  return [look === 'json' ? jsonBox(bytes.text, fault) : textBox(bytes.text)];
}

/**
 * @param {string} text
 * @param {Letter['fault']} fault
 */
function jsonBox(text, fault) {
  const { before, marked, after } = laidOut(text, fault ? stepsOf(fault.pointer) : []);
  if (before.length + marked.length > MOST_LAID_OUT_CHARACTERS) return textBox(text);
  const rest = drawn(after, MOST_LAID_OUT_CHARACTERS);
  return marked === '' ? box(before, rest) : box(before, el('mark', {}, marked), rest);
}

/** @param {string} text */
function textBox(text) {
  return box(drawn(text, MOST_LAID_OUT_CHARACTERS));
}

/** @param {...(Node | string)} content */
function box(...content) {
  // What scrolls has to be reached by the keyboard.
  return el(
    'pre',
    { class: 'event-text', tabindex: '0', role: 'group', 'aria-label': 'The event' },
    ...content,
  );
}

/**
 * @param {string} text
 * @param {number} most
 */
function drawn(text, most) {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}\n… ${(text.length - most).toLocaleString()} characters more: copy it to see them.`;
}

/** @param {NonNullable<Letter['fault']>} fault */
function faultLine({ field, expected }) {
  return el(
    'p',
    { class: 'notice', 'data-tone': 'red' },
    el('b', { class: 'mono' }, el('bdi', {}, field === '' ? 'The whole value' : field)),
    ' ',
    el('bdi', {}, expected),
  );
}

/** @param {Letter} letter */
function copyButtons({ value }) {
  if (value === null) return [];
  const text = 'text' in value ? value.text : value.base64;
  return [button('Copy', () => void copy(text, 'the event'), { class: 'quiet' })];
}

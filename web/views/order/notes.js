import { post } from '../../api/client.js';
import { newIdempotencyKey } from '../../api/idempotency-key.js';
import { tell } from '../../kit/announcing.js';
import { field } from '../../kit/dialog.js';
import { el } from '../../kit/dom.js';
import { longText } from '../../kit/long-text.js';
import { Part } from '../../kit/part.js';
import { Patience } from '../../kit/patience.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { timeElement } from '../../kit/time.js';

const MOST_TEXT_CHARACTERS = 2_000;
const MOST_AUTHOR_CHARACTERS = 100;
/** Whoever writes notes is asked for their name once. */
const AUTHOR_KEY = 'waybill.author';

/** What support has noted of an order, and a place for more. The form stays as it is while the notes are drawn anew. */
export class NotesPart {
  #part;
  #form;
  #wrong = el('p', { class: 'notice', 'data-tone': 'red', role: 'alert', hidden: true });
  #patience = new Patience();
  #orderUid = '';
  #idempotencyKey = newIdempotencyKey();
  #isSending = false;

  /**
   * @param {import('../../router.js').Visit} visit
   * @param {() => Promise<void>} renew
   */
  constructor(visit, renew) {
    this.visit = visit;
    this.renew = renew;
    this.#part = new Part('Notes', { kind: 'notes', retry: () => void renew() });
    this.#form = el(
      'form',
      { class: 'fields note-form', hidden: true },
      field({
        label: 'A note',
        name: 'text',
        maxLength: MOST_TEXT_CHARACTERS,
        isRequired: true,
        isLong: true,
      }),
      this.#wrong,
      this.#patience.element,
      el(
        'div',
        { class: 'note-signature' },
        field({
          label: 'Your name',
          name: 'author',
          value: rememberedAuthor(),
          maxLength: MOST_AUTHOR_CHARACTERS,
          isRequired: true,
        }),
        el('button', { type: 'submit' }, 'Add the note'),
      ),
    );
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#isSending) void this.#send();
    });
    this.element = el('div', { class: 'notes-box' }, this.#part.element);
    this.#part.element.append(this.#form);
  }

  focus() {
    this.#form.querySelector('textarea')?.focus();
  }

  /** @param {import('./page.js').Facts} facts */
  drawNotes({ found, notes }) {
    this.#orderUid = found.order.order_uid;
    this.#form.hidden = !notes || !('value' in notes) || notes.value === null;
    this.#part.drawFact(notes, (value) => {
      if (value === null) return [el('p', { class: 'muted' }, 'This server keeps no notes.')];
      if (value.length === 0) return [el('p', { class: 'muted' }, 'Nobody has noted anything yet.')];
      return [el('ol', { class: 'note-list' }, ...value.map(noteItem))];
    });
  }

  async #send() {
    const given = new FormData(this.#form);
    const text = String(given.get('text') ?? '').trim();
    const author = String(given.get('author') ?? '').trim();
    this.#wrong.hidden = true;
    this.#isSending = true;
    try {
      await this.#patience.during(
        post('/api/orders/{order_uid}/notes', {
          path: { order_uid: this.#orderUid },
          body: { text, author },
          idempotencyKey: this.#idempotencyKey,
        }),
      );
    } catch (thrown) {
      const failure = asShownFailure(thrown);
      this.#wrong.textContent = `The note was not added. ${refusalWords(failure, 'Try again: it is added once, however often it is sent.')}`;
      this.#wrong.hidden = false;
      return;
    } finally {
      this.#isSending = false;
    }
    rememberAuthor(author);
    this.#idempotencyKey = newIdempotencyKey();
    const area = this.#form.querySelector('textarea');
    if (area) area.value = '';
    tell('The note is added.');
    await this.renew();
  }
}

/** @param {import('./loading.js').Note} note */
function noteItem({ text, author, created_at }) {
  return el(
    'li',
    { class: 'clip' },
    el('p', { class: 'muted small' }, el('bdi', {}, author), ', ', timeElement(created_at, 'brief')),
    el('div', { class: 'note-text' }, longText(text)),
  );
}

function rememberedAuthor() {
  try {
    return localStorage.getItem(AUTHOR_KEY) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} author */
function rememberAuthor(author) {
  try {
    localStorage.setItem(AUTHOR_KEY, author);
  } catch {
    // A browser that keeps nothing for a page asks again.
  }
}

import { getNext, post } from '../../api/client.js';
import { IdempotencyKey } from '../../api/idempotency-key.js';
import { tell } from '../../kit/announcing.js';
import { field } from '../../kit/dialog.js';
import { button, counted, el } from '../../kit/dom.js';
import { longText } from '../../kit/long-text.js';
import { Part } from '../../kit/part.js';
import { Patience } from '../../kit/patience.js';
import { readerNameField, rememberReaderName } from '../../kit/reader-name.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { timeElement } from '../../kit/time.js';

const ROUTE = '/api/orders/{order_uid}/notes';
const MOST_TEXT_CHARACTERS = 2_000;

/** @typedef {import('./loading.js').Note} Note */

/** What support has noted of an order, and a place for more. The form stays as it is while the notes are drawn anew. */
export class NotesPart {
  #part;
  #form;
  #wrong = el('p', { class: 'notice', 'data-tone': 'red', role: 'alert', hidden: true });
  #patience = new Patience();
  #orderUid = '';
  /** @type {import('../../kit/part.js').Fact<import('./loading.js').NotesPage | null>} */
  #loaded;
  /** All that were loaded, by id: a note stays as it is, and is never taken away. @type {Map<number, Note>} */
  #known = new Map();
  /** Where those are that are older than any of these. @type {string | undefined} */
  #older;
  #idempotencyKey = new IdempotencyKey();
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
        readerNameField('author', { isRequired: true }),
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
    this.#loaded = notes;
    const page = notes && 'value' in notes ? notes.value : null;
    this.#form.hidden = page === null;
    if (page) {
      // What stands between these and those that are known has not been loaded.
      if (!page.notes.some(({ id }) => this.#known.has(id))) {
        this.#known.clear();
        this.#older = page.next;
      }
      this.#know(page.notes);
    }
    this.#draw();
  }

  #draw() {
    const loaded = this.#loaded;
    if (!loaded || !('value' in loaded) || loaded.value === null) {
      this.#part.drawFact(loaded, () => [el('p', { class: 'muted' }, 'This server keeps no notes.')]);
      return;
    }
    const known = [...this.#known.values()].sort((one, other) => other.id - one.id);
    this.#part.draw([known, this.#older], () => {
      if (known.length === 0) return [el('p', { class: 'muted' }, 'Nobody has noted anything yet.')];
      const list = el('ol', { class: 'note-list' }, ...known.map(noteItem));
      const older = this.#older;
      if (older === undefined) return [list];
      const more = button('Show older notes', () => void this.#loadOlder(older, more), { class: 'quiet' });
      return [list, more];
    });
  }

  /** @param {readonly Note[]} notes */
  #know(notes) {
    for (const note of notes) this.#known.set(note.id, note);
  }

  /**
   * @param {string} path
   * @param {HTMLButtonElement} pressed
   */
  async #loadOlder(path, pressed) {
    if (pressed.getAttribute('aria-disabled') === 'true') return;
    pressed.setAttribute('aria-disabled', 'true');
    try {
      const { body, next } = await getNext(ROUTE, path, { signal: this.visit.signal });
      this.#know(body.notes);
      this.#older = next;
      this.#draw();
      tell(`${counted(body.notes.length, 'older note')} shown.`);
    } catch {
      pressed.removeAttribute('aria-disabled');
      if (!this.visit.signal.aborted) tell('Older notes could not be loaded. Try again.');
    }
  }

  async #send() {
    const given = new FormData(this.#form);
    const area = this.#form.querySelector('textarea');
    const typed = area?.value;
    const text = String(given.get('text') ?? '').trim();
    const author = String(given.get('author') ?? '').trim();
    const body = { text, author };
    this.#wrong.hidden = true;
    this.#isSending = true;
    try {
      await this.#patience.during(
        post(ROUTE, {
          path: { order_uid: this.#orderUid },
          body,
          idempotencyKey: this.#idempotencyKey.of(body),
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
    rememberReaderName(author);
    this.#idempotencyKey = new IdempotencyKey();
    // While it was sent the next one may have been begun.
    if (area && area.value === typed) area.value = '';
    tell('The note is added.');
    await this.renew();
  }
}

/** @param {Note} note */
function noteItem({ text, author, created_at }) {
  return el(
    'li',
    { class: 'clip' },
    el('p', { class: 'muted small' }, el('bdi', {}, author), ', ', timeElement(created_at, 'brief')),
    el('div', { class: 'note-text' }, longText(text)),
  );
}

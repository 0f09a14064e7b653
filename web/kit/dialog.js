import { tell } from './announcing.js';
import { button, el } from './dom.js';
import { focusKept } from './focus.js';
import { Patience } from './patience.js';

let dialogs = 0;

/**
 * Asks before something is done, and waits. The keyboard's focus comes back to where it was. What is under way when the
 * reader closes it goes on: the answer comes after it, and why it could not be done is said beside the page.
 *
 * @param {object} question
 * @param {string} question.heading the question
 * @param {(Node | string)[]} [question.body] what will happen, or the fields of a form
 * @param {string} question.yes what the button does that goes on
 * @param {string} [question.no]
 * @param {boolean} [question.isDangerous] it cannot be undone
 * @param {(form: FormData, isOpen: () => boolean) => Promise<string | void> | string | void} [question.act] runs while the
 *   dialog is open; a text that it returns says why not, and the dialog stays, unless the reader has closed it meanwhile
 * @param {AbortSignal} [question.signal] closes it: the reader has gone elsewhere. It is not for what `act` sends
 * @returns {Promise<FormData | undefined>} undefined when the answer was no
 */
export function ask({ heading, body = [], yes, no = 'Back', isDangerous = false, act, signal }) {
  const id = `dialog-${(dialogs += 1)}`;
  const wrong = el('p', { class: 'notice', 'data-tone': 'red', role: 'alert', hidden: true });
  const patience = new Patience();
  const goOn = el('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary' }, yes);
  const form = el(
    'form',
    { method: 'dialog' },
    el('h2', { id }, heading),
    ...body,
    wrong,
    patience.element,
    el(
      'div',
      { class: 'dialog-buttons' },
      button(no, () => dialog.close()),
      goOn,
    ),
  );
  const dialog = el('dialog', { 'aria-labelledby': id }, form);
  return new Promise((resolve) => {
    /** @type {FormData | undefined} */
    let answer;
    let isActing = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (goOn.getAttribute('aria-disabled') === 'true') return;
      void submit();
    });
    const submit = async () => {
      const given = new FormData(form);
      goOn.setAttribute('aria-disabled', 'true');
      wrong.hidden = true;
      isActing = true;
      const why = await patience.during(act?.(given, () => dialog.open));
      isActing = false;
      goOn.removeAttribute('aria-disabled');
      if (!dialog.open) {
        answeredLate(given, why);
        return;
      }
      if (typeof why === 'string') {
        wrong.textContent = why;
        wrong.hidden = false;
        return;
      }
      answer = given;
      dialog.close();
    };
    const answeredLate = (/** @type {FormData} */ given, /** @type {string | void} */ why) => {
      const isGone = signal?.aborted === true;
      // Elsewhere nobody would know what it is about.
      const question = heading.endsWith('?') ? heading : `${heading}:`;
      if (typeof why === 'string') tell(isGone ? `${question} ${why}` : why);
      resolve(typeof why === 'string' || isGone ? undefined : given);
    };
    const leave = () => dialog.close();
    const giveBackFocus = focusKept();
    signal?.addEventListener('abort', leave);
    dialog.addEventListener('close', () => {
      signal?.removeEventListener('abort', leave);
      dialog.remove();
      // The browser has given it back already, unless the button was drawn anew while the dialog was open.
      giveBackFocus();
      if (isActing && !signal?.aborted) tell('It is under way. What comes of it is said here.');
      else resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Shows something above the page until it is closed.
 *
 * @param {string} heading
 * @param {(Node | string)[]} body
 */
export function showDialog(heading, body) {
  const id = `dialog-${(dialogs += 1)}`;
  const close = button('Close', () => dialog.close());
  const dialog = el(
    'dialog',
    { 'aria-labelledby': id },
    el(
      'div',
      { class: 'fields' },
      el('h2', { id }, heading),
      ...body,
      el('div', { class: 'dialog-buttons' }, close),
    ),
  );
  const giveBackFocus = focusKept();
  dialog.addEventListener('close', () => {
    dialog.remove();
    giveBackFocus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * A labelled field of a form.
 *
 * @param {object} field
 * @param {string} field.label
 * @param {string} field.name
 * @param {string} [field.value]
 * @param {number} [field.maxLength]
 * @param {boolean} [field.isRequired]
 * @param {boolean} [field.isLong] several lines
 * @param {string} [field.type]
 * @param {string} [field.hint]
 */
export function field({
  label,
  name,
  value = '',
  maxLength,
  isRequired = false,
  isLong = false,
  type = 'text',
  hint,
}) {
  const id = `field-${name}-${(dialogs += 1)}`;
  const attributes = {
    id,
    name,
    maxlength: maxLength === undefined ? undefined : String(maxLength),
    required: isRequired,
    'aria-describedby': hint ? `${id}-hint` : undefined,
    autocomplete: 'off',
    dir: 'auto',
  };
  const input = isLong ? el('textarea', attributes) : el('input', { ...attributes, type });
  input.value = value;
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    input,
    hint ? el('p', { id: `${id}-hint`, class: 'muted small' }, hint) : null,
  );
}

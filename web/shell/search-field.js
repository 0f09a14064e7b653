import { byId } from '../kit/dom.js';
import { go } from '../router.js';

/** Somebody who types is asked for once they pause. */
const TYPING_PAUSE_MS = 150;
/** Text pasted out of a table or a letter comes with quotes, and with the blanks around it. */
const QUOTES = /^[\s"'“”„«»‘’`]+|[\s"'“”„«»‘’`]+$/g;

/**
 * @typedef {object} SearchListener
 * @property {(text: string) => void} typed the text has changed, and the reader pauses
 * @property {(text: string) => void} entered the reader wants what is found, and not only to see it
 */

/** @type {SearchListener | undefined} the view that shows what is found, while it is open */
let listener;
/** @type {string | undefined} what the reader sent off before that view was open */
let sentOff;
/** Something was typed that no view has heard of: the page is there before its view, and people type fast. */
let isUnheard = false;

/**
 * @param {SearchListener} view
 * @param {AbortSignal} signal
 */
export function onSearch(view, signal) {
  listener = view;
  signal.addEventListener('abort', () => {
    if (listener === view) listener = undefined;
  });
}

/** @param {string} text */
export function fillSearchField(text) {
  const field = fieldOf();
  if (document.activeElement !== field || searchText(field.value) !== text) field.value = text;
}

/** What was typed before the view that shows what is found was open; answered once. */
export function unheardText() {
  const text = isUnheard ? searchText(fieldOf().value) : '';
  isUnheard = false;
  return text;
}

/**
 * Whether the reader has sent this off; answered once.
 *
 * @param {string} text
 */
export function wasSentOff(text) {
  const was = sentOff === text;
  sentOff = undefined;
  return was;
}

/** @param {string} text as it was typed or pasted */
export function searchText(text) {
  return text.replaceAll(QUOTES, '').replaceAll(/\s+/g, ' ');
}

/** The one field of the page: whatever the caller has. */
export function startSearchField() {
  const field = fieldOf();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    isUnheard = listener === undefined;
    timer = setTimeout(() => listener?.typed(searchText(field.value)), TYPING_PAUSE_MS);
  });
  byId('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    const text = searchText(field.value);
    if (listener) {
      listener.entered(text);
      return;
    }
    sentOff = text;
    isUnheard = false;
    go(text === '' ? '/' : `/?${new URLSearchParams({ q: text })}`);
  });
}

function fieldOf() {
  return /** @type {HTMLInputElement} */ (byId('search'));
}

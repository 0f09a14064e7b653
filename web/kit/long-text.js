import { el, hidden } from './dom.js';

/** More than names and addresses have. A text may have a million characters, and must not make the page of them. */
const MAX_CHARACTERS = 160;

/**
 * @param {string | number | null | undefined} value an empty one shows as a dash that is read as "not given"
 * @returns {HTMLElement}
 */
export function datum(value) {
  if (value === undefined || value === null || value === '') {
    return el('span', { class: 'absent' }, el('span', { 'aria-hidden': 'true' }, '–'), hidden('not given'));
  }
  return longText(String(value));
}

/**
 * A text from an order, of any length. `bdi` keeps a name in a right-to-left script from turning its neighbours around,
 * also one with controls of direction that are never ended.
 *
 * @param {string} text
 * @returns {HTMLElement} a long one is cut, and has a button that shows all of it in a box of its own
 */
export function longText(text) {
  const start = startOf(text);
  if (start === text) return el('bdi', {}, text);
  const words = el('bdi', {}, `${start}…`);
  const button = el('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false' });
  const whole = el('div', { class: 'long-text' }, words, button);
  const show = (/** @type {boolean} */ isWhole) => {
    words.textContent = isWhole ? text : `${start}…`;
    whole.classList.toggle('whole', isWhole);
    // A box that scrolls has to be reached by the keyboard.
    if (isWhole) words.setAttribute('tabindex', '0');
    else words.removeAttribute('tabindex');
    button.textContent = isWhole ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`;
    button.setAttribute('aria-expanded', String(isWhole));
  };
  button.addEventListener('click', () => show(!whole.classList.contains('whole')));
  show(false);
  return whole;
}

/**
 * A text as far as a line or two may hold it.
 *
 * @param {string} text
 */
export function shortened(text) {
  const start = startOf(text);
  return start === text ? text : `${start}…`;
}

/**
 * Cut between characters and not within one, which would leave half of a surrogate pair.
 *
 * @param {string} text
 */
function startOf(text) {
  if (text.length <= MAX_CHARACTERS) return text;
  return Array.from(text.slice(0, MAX_CHARACTERS + 1))
    .slice(0, -1)
    .join('');
}

import { byId, el } from '../kit/dom.js';
import { showDialog } from '../kit/dialog.js';

const OFF_KEY = 'waybill.single-keys-off';

/**
 * @typedef {object} Shortcut
 * @property {string} key as KeyboardEvent.key has it
 * @property {string} words what it does
 * @property {() => void} press
 */

/** @type {Set<Shortcut>} in the order that they are listed in */
const shortcuts = new Set();

/**
 * A key that does something while nothing is typed into a field.
 *
 * @param {Shortcut} shortcut
 * @param {AbortSignal} [signal] takes it away again: a view's keys go with the view
 */
export function onKey(shortcut, signal) {
  if (signal?.aborted) return;
  shortcuts.add(shortcut);
  signal?.addEventListener('abort', () => shortcuts.delete(shortcut));
}

/** The keys that are there in every view. */
export function startKeyboard() {
  onKey({ key: '/', words: 'Find an order: to the search field', press: () => focusField() });
  onKey({ key: 'j', words: 'To the next row of the view', press: () => moveRow(1) });
  onKey({ key: 'k', words: 'To the row before', press: () => moveRow(-1) });
  onKey({ key: '?', words: 'This list', press: () => showKeys() });
  document.addEventListener('keydown', pressed);
  byId('show-keys').addEventListener('click', () => showKeys());
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (areOff()) return;
  const shortcut = [...shortcuts].find(({ key }) => key === event.key);
  if (!shortcut) return;
  event.preventDefault();
  shortcut.press();
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

function focusField() {
  const field = /** @type {HTMLInputElement} */ (byId('search'));
  field.focus();
  field.select();
}

/**
 * To the next of the view's rows, which are marked `data-row`: to the first link or button of it, or to the row itself.
 *
 * @param {1 | -1} step
 */
function moveRow(step) {
  const rows = /** @type {HTMLElement[]} */ ([...byId('main').querySelectorAll('[data-row]')]);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at === -1 ? endInSight(rows, step) : rows[at + step];
  if (!next) return;
  const target = next.matches('a, button, [tabindex]') ? next : next.querySelector('a, button, [tabindex]');
  if (target instanceof HTMLElement) {
    target.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}

/**
 * Whoever has scrolled begins with what they see.
 *
 * @param {readonly HTMLElement[]} rows
 * @param {1 | -1} step
 */
function endInSight(rows, step) {
  const top = document.querySelector('.masthead')?.getBoundingClientRect().bottom ?? 0;
  const seen = rows.filter((row) => {
    const box = row.getBoundingClientRect();
    return box.top >= top && box.bottom <= window.innerHeight;
  });
  return (seen.length > 0 ? seen : rows).at(step === 1 ? 0 : -1);
}

function showKeys() {
  const lines = [...shortcuts].map(({ key, words }) =>
    el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, words)),
  );
  const off = el('input', { type: 'checkbox', id: 'single-keys-off' });
  off.checked = areOff();
  off.addEventListener('change', () => setOff(off.checked));
  showDialog('Keys', [
    el('dl', { class: 'key-values keys' }, ...lines),
    el('p', { class: 'muted' }, 'Tab, Enter and the arrows do what they do everywhere.'),
    // Somebody who dictates would set them off by speaking (WCAG 2.2, 2.1.4).
    el('div', { class: 'row' }, off, el('label', { for: 'single-keys-off' }, 'Single keys do nothing')),
  ]);
}

function areOff() {
  return storage()?.getItem(OFF_KEY) === 'yes';
}

/** @param {boolean} isOff */
function setOff(isOff) {
  if (isOff) storage()?.setItem(OFF_KEY, 'yes');
  else storage()?.removeItem(OFF_KEY);
}

/** A browser may keep nothing for a page, and throws then. */
function storage() {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

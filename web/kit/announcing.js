import { byId } from './dom.js';

const TOAST_MS = 6_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer;

/**
 * Says something to those who listen to the page.
 *
 * @param {string} words
 */
export function announce(words) {
  byId('announcement').textContent = words;
}

/**
 * Says something to everybody, for a moment: that something was done. It is no place for what has to be read later.
 *
 * @param {string} words
 */
export function tell(words) {
  announce(words);
  const toast = byId('toast');
  toast.textContent = words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.replaceChildren(), TOAST_MS);
}

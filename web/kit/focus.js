import { byId } from './dom.js';

const FOCUSABLE = 'a, button, summary, input, select, textarea, [tabindex]';
const HEADING = 'h1[tabindex], h2[tabindex]';

/**
 * Remembers where the keyboard's focus is while something is drawn anew, or asked in a dialog.
 *
 * @returns {() => void} gives it back where it is lost by then: to what has taken the element's place or, where nothing has, to
 *   the heading of the part that it was in
 */
export function focusKept() {
  const { activeElement } = document;
  /** @type {Element[]} */
  const around = [];
  for (let one = activeElement; one; one = one.parentElement) around.push(one);
  const label = activeElement ? labelOf(activeElement) : '';
  return () => {
    if (!isLost() || !activeElement || activeElement === document.body) return;
    const target = around
      .filter(({ isConnected }) => isConnected)
      .map(targetIn)
      .find(Boolean);
    /** @type {HTMLElement} */ (target ?? byId('main')).focus({ preventScroll: true });
  };

  /** @param {Element} place */
  function targetIn(place) {
    if (place === activeElement) return place;
    const same = [...place.querySelectorAll(FOCUSABLE)].find((one) => labelOf(one) === label);
    return same ?? place.querySelector(HEADING);
  }
}

/** A browser puts it on the body when the element that has it goes. */
function isLost() {
  return document.activeElement === null || document.activeElement === document.body;
}

/** @param {Element} element */
function labelOf(element) {
  const { tagName, textContent } = element;
  const [name] = ['aria-label', 'href', 'name'].map((one) => element.getAttribute(one)).filter(Boolean);
  return `${tagName} ${name ?? textContent}`;
}

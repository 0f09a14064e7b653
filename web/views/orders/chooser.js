import { el } from '../../kit/dom.js';
import { stateWords } from '../../kit/badges.js';

let choosers = 0;

/**
 * Several of the states of one kind, in a box that opens below its button.
 *
 * @param {object} options
 * @param {string} options.label
 * @param {'status' | 'payment_status' | 'shipment_status'} options.kind
 * @param {readonly string[]} options.choices
 * @param {() => void} options.changed
 * @param {AbortSignal} options.signal the view is left
 */
export function chooser({ label, kind, choices, changed, signal }) {
  const id = `chooser-${(choosers += 1)}`;
  const words = el('span', { class: 'chooser-words' });
  const summary = el('summary', {}, el('span', { class: 'chooser-label' }, label), ' ', words);
  const boxes = choices.map((choice) => {
    const box = el('input', { type: 'checkbox', id: `${id}-${choice}`, value: choice });
    box.addEventListener('change', () => {
      describe();
      changed();
    });
    return box;
  });
  const lines = boxes.map((box) => el('label', { for: box.id }, box, stateWords(kind, box.value)));
  const element = el(
    'details',
    { class: 'chooser' },
    summary,
    el('fieldset', {}, el('legend', { class: 'visually-hidden' }, label), ...lines),
  );
  const describe = () => {
    const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => stateWords(kind, value));
    words.textContent =
      chosen.length === 0 ? 'any' : chosen.length > 2 ? `${chosen.length} of them` : chosen.join(', ');
    element.toggleAttribute('data-chosen', chosen.length > 0);
  };
  closeFromOutside(element, summary, signal);
  return {
    element,
    get value() {
      return boxes
        .filter(({ checked }) => checked)
        .map(({ value }) => value)
        .join(',');
    },
    /** @param {string} value several with commas between them */
    set value(value) {
      const chosen = value.split(',');
      for (const box of boxes) box.checked = chosen.includes(box.value);
      describe();
    },
  };
}

/**
 * @param {HTMLDetailsElement} element
 * @param {HTMLElement} summary
 * @param {AbortSignal} signal
 */
function closeFromOutside(element, summary, signal) {
  document.addEventListener(
    'pointerdown',
    (event) => {
      if (!(event.target instanceof Node && element.contains(event.target))) element.open = false;
    },
    { signal },
  );
  element.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) element.open = false;
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !element.open) return;
    element.open = false;
    summary.focus();
  });
}

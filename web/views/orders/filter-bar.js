import { button, el } from '../../kit/dom.js';
import { chooser } from './chooser.js';
import { CHOICES, FILTER_NAMES } from './filter.js';

/** @typedef {import('./filter.js').Filter} Filter */

const TEXTS = /** @type {const} */ ([
  ['customer_id', 'Customer'],
  ['track_number', 'Track number'],
  ['delivery_service', 'Delivery service'],
]);
const DAYS = /** @type {const} */ ([
  ['from', 'Placed from'],
  ['to', 'until'],
]);
const STATES = /** @type {const} */ ([
  ['status', 'Order'],
  ['payment_status', 'Payment'],
  ['shipment_status', 'Parcels'],
]);

/**
 * What the list is filtered by. It tells of a change once the reader is done with a field.
 *
 * @param {Filter} filter
 * @param {(filter: Filter) => void} changed
 * @param {AbortSignal} signal
 */
export function filterBar(filter, changed, signal) {
  const tell = () => changed(read());
  const choosers = STATES.map(([kind, label]) => ({
    name: kind,
    field: chooser({ label, kind, choices: CHOICES[kind], changed: tell, signal }),
  }));
  const texts = TEXTS.map(([name, label]) => ({ name, field: textField(name, label) }));
  const days = DAYS.map(([name, label]) => ({ name, field: dayField(name, label) }));
  const fields = [...texts, ...days];
  const clear = button('Clear filters', () => {
    fill({});
    tell();
  });
  const form = el(
    'form',
    { class: 'filters', 'aria-label': 'Filters', role: 'search' },
    ...choosers.map(({ field }) => field.element),
    ...texts.map(({ field }) => field.element),
    el('div', { class: 'days' }, ...days.map(({ field }) => field.element)),
    // Enter in a field says that the reader is done with it.
    el('button', { type: 'submit', class: 'visually-hidden', tabindex: '-1' }, 'Filter'),
    clear,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell();
  });
  for (const { field } of fields) field.input.addEventListener('change', tell);

  /** @returns {Filter} */
  function read() {
    /** @type {Filter} */
    const now = {};
    for (const { name, field } of choosers) if (field.value) now[name] = field.value;
    for (const { name, field } of fields) {
      const value = field.input.value.trim();
      if (value) now[name] = value;
    }
    return now;
  }

  /** @param {Filter} given */
  function fill(given) {
    for (const { name, field } of choosers) field.value = given[name] ?? '';
    for (const { name, field } of fields) field.input.value = given[name] ?? '';
  }

  fill(filter);
  return {
    element: form,
    /** @param {Filter} given */
    show(given) {
      fill(given);
    },
    /** @param {Filter} given */
    offerClear(given) {
      clear.hidden = FILTER_NAMES.every((name) => given[name] === undefined);
    },
  };
}

/**
 * @param {string} name
 * @param {string} label
 */
function textField(name, label) {
  const id = `filter-${name}`;
  const input = el('input', {
    id,
    name,
    type: 'text',
    maxlength: '255',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  return { input, element: el('div', { class: 'filter' }, el('label', { for: id }, label), input) };
}

/**
 * @param {string} name
 * @param {string} label
 */
function dayField(name, label) {
  const id = `filter-${name}`;
  const input = el('input', { id, name, type: 'date' });
  return { input, element: el('div', { class: 'filter day' }, el('label', { for: id }, label), input) };
}

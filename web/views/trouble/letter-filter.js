import { button, el } from '../../kit/dom.js';

/** @import { BodyTakenBy } from '../../api/routes.js' */

/**
 * Which letters are meant, as the API has it. Times are RFC 3339.
 *
 * @typedef {Omit<BodyTakenBy<'/api/dead-letters/replay', 'post'>, 'all' | 'dry_run' | 'seen'>} LetterFilter
 */

const STATES = [
  ['waiting', 'waiting'],
  ['replayed', 'replayed'],
  ['edited', 'edited'],
  ['any', 'any'],
];
const TEXTS = [
  ['topic', 'Topic', 'orders'],
  ['context', 'Refused by', 'orders'],
];
const DAYS = [
  ['from', 'From'],
  ['to', 'To'],
];

/**
 * The filter that the address says. A day is the reader's own, the last one included.
 *
 * @param {URLSearchParams} query
 * @returns {LetterFilter}
 */
export function filterOf(query) {
  const state = query.get('state') || 'waiting';
  const to = dayOf(query.get('to'));
  to?.setDate(to.getDate() + 1);
  return withoutEmpty({
    state: state === 'any' ? undefined : state,
    reason: query.get('reason'),
    topic: query.get('topic'),
    context: query.get('context'),
    from: dayOf(query.get('from'))?.toISOString(),
    to: to?.toISOString(),
  });
}

/**
 * @param {LetterFilter} filter
 * @returns {string} for a sentence: `waiting, of the topic orders`
 */
export function filterWords({ state, topic, context, reason, from, to }) {
  const words = [
    state ?? 'of any state',
    topic && `of the topic ${topic}`,
    context && `refused by ${context}`,
    reason && `with “${reason}” in the reason`,
    from && `refused at ${momentWords(from)} or later`,
    to && `refused at ${momentWords(to)} or before`,
  ];
  return words.filter(Boolean).join(', ');
}

/** @param {string} moment */
function momentWords(moment) {
  return new Date(moment).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/**
 * @param {URLSearchParams} query
 * @param {(query: URLSearchParams) => void} changed
 */
export function filterForm(query, changed) {
  const form = el(
    'form',
    { class: 'letter-filter', 'aria-label': 'Which refused events' },
    labelled('State', 'state', stateField(query.get('state') || 'waiting')),
    labelled('Reason contains', 'reason', textField('text', query.get('reason'), 'payment.amount')),
    button(
      'Clear',
      () => {
        form.reset();
        for (const field of form.querySelectorAll('input')) field.value = '';
        const states = form.querySelector('select');
        if (states) states.value = 'waiting';
        tell();
      },
      { class: 'quiet' },
    ),
    el(
      'details',
      { open: [...TEXTS, ...DAYS].some(([name = '']) => query.get(name)) },
      el('summary', {}, 'More'),
      el(
        'div',
        { class: 'letter-filter' },
        ...TEXTS.map(([name = '', words = '', placeholder]) =>
          labelled(words, name, textField('text', query.get(name), placeholder)),
        ),
        ...DAYS.map(([name = '', words = '']) => labelled(words, name, textField('date', query.get(name)))),
      ),
    ),
  );
  const tell = () => changed(queryOf(form));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell();
  });
  form.addEventListener('change', tell);
  return form;
}

/** @param {HTMLFormElement} form */
function queryOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text !== '' && !(name === 'state' && text === 'waiting')) query.set(name, text);
  }
  return query;
}

/**
 * @param {string} words
 * @param {string} name
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function labelled(words, name, input) {
  input.name = name;
  return el('label', {}, el('span', {}, words), input);
}

/** @param {string} chosen */
function stateField(chosen) {
  const field = el('select', {}, ...STATES.map(([value = '', words = '']) => el('option', { value }, words)));
  field.value = chosen;
  return field;
}

/**
 * @param {string} type
 * @param {string | null} value
 * @param {string} [placeholder]
 */
function textField(type, value, placeholder) {
  const field = el('input', {
    type,
    placeholder,
    maxlength: type === 'text' ? '255' : undefined,
    autocomplete: 'off',
  });
  field.value = value ?? '';
  return field;
}

/** @param {string | null} text `2026-11-30` */
function dayOf(text) {
  const day = text ? new Date(`${text}T00:00:00`) : undefined;
  return day && !Number.isNaN(day.getTime()) ? day : undefined;
}

/** @param {Record<string, string | null | undefined>} filter */
function withoutEmpty(filter) {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}

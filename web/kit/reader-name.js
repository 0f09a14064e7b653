import { field } from './dialog.js';

const MOST_CHARACTERS = 100;
const KEY = 'waybill.author';

/** What readers call themselves, which is asked for once and kept by their browser. */
export function readerName() {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} name */
export function rememberReaderName(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // A browser that keeps nothing for a page asks again.
  }
}

/**
 * The field of a form that asks for it.
 *
 * @param {string} name of the field
 * @param {{ isRequired?: boolean }} [options]
 */
export function readerNameField(name, { isRequired = false } = {}) {
  return field({
    label: isRequired ? 'Your name' : 'Your name (may be left empty)',
    name,
    value: readerName(),
    maxLength: MOST_CHARACTERS,
    isRequired,
  });
}

/**
 * What the form's `by` says, to be sent along; it is remembered.
 *
 * @param {FormData} form
 * @returns {{ by?: string }}
 */
export function byOf(form) {
  const by = String(form.get('by') ?? '').trim();
  rememberReaderName(by);
  return by === '' ? {} : { by };
}

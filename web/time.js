import { el } from './dom.js';

const longFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const shortFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** @typedef {'long' | 'short' | 'clock'} TimeStyle */

const formats = { long: longFormat, short: shortFormat, clock: clockFormat };

/**
 * A moment in the reader's own time zone, with the text it came as in its title.
 *
 * @param {string | number} raw RFC 3339 text, or whole seconds since 1970
 * @param {TimeStyle} [style]
 * @returns {HTMLElement} a `time`; the raw text alone when no date can hold it
 */
export function timeElement(raw, style = 'long') {
  const moment = new Date(typeof raw === 'number' ? raw * 1000 : raw);
  if (Number.isNaN(moment.getTime())) return el('bdi', {}, String(raw));
  const attributes = { datetime: moment.toISOString(), title: String(raw) };
  return el('time', attributes, formats[style].format(moment));
}

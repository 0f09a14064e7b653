import { el } from './dom.js';

const longFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const shortFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const todayFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const nineOfToday = todayFormat.formatToParts(new Date(2000, 0, 1, 9)).find(({ type }) => type === 'hour');
/** Times of other days stand under those of today: `09:59` is not `9:59` there. */
const hour = nineOfToday?.value.length === 2 ? '2-digit' : 'numeric';
/** @type {Intl.DateTimeFormatOptions} */
const DAY_AND_TIME = { month: 'short', day: 'numeric', hour, minute: '2-digit' };
const thisYearFormat = new Intl.DateTimeFormat(undefined, DAY_AND_TIME);
const earlierFormat = new Intl.DateTimeFormat(undefined, { ...DAY_AND_TIME, year: 'numeric' });

/** @typedef {'long' | 'short' | 'clock' | 'day' | 'brief'} TimeStyle `brief`: no more of the date than it needs */

/** @type {Record<TimeStyle, (moment: Date) => string>} */
const formats = {
  long: (moment) => longFormat.format(moment),
  short: (moment) => shortFormat.format(moment),
  clock: (moment) => clockFormat.format(moment),
  day: (moment) => dayFormat.format(moment),
  brief: briefly,
};

/** @type {readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][]} the largest that fits is said */
const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/**
 * A moment in the reader's own time zone, with the text it came as in its title.
 *
 * @param {string | number} raw RFC 3339 text, or whole seconds since 1970
 * @param {TimeStyle} [style]
 * @returns {HTMLElement} a `time`; the raw text alone when no date can hold it
 */
export function timeElement(raw, style = 'long') {
  const moment = momentOf(raw);
  if (moment === undefined) return el('bdi', {}, String(raw));
  const attributes = { datetime: moment.toISOString(), title: String(raw) };
  return el('time', attributes, formats[style](moment));
}

/** @param {Date} moment */
function briefly(moment) {
  const now = new Date();
  if (moment.toDateString() === now.toDateString()) return todayFormat.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? thisYearFormat : earlierFormat).format(moment);
}

/**
 * How long ago a moment is, or how far ahead: `3 hours ago`.
 *
 * @param {string | number} raw
 * @param {number} [nowMs]
 */
export function agoWords(raw, nowMs = Date.now()) {
  const moment = momentOf(raw);
  if (moment === undefined) return '';
  const seconds = (moment.getTime() - nowMs) / 1_000;
  const [unit, length] = UNITS.find(([, unitSeconds]) => Math.abs(seconds) >= unitSeconds) ?? ['second', 1];
  return relativeFormat.format(Math.trunc(seconds / length), unit);
}

/**
 * @param {string | number} raw
 * @returns {Date | undefined} none where no date can hold it
 */
export function momentOf(raw) {
  const moment = new Date(typeof raw === 'number' ? raw * 1000 : raw);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

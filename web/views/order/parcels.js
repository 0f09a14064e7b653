import { badge, stateBadge, stateWords } from '../../kit/badges.js';
import { copyButton } from '../../kit/copy.js';
import { button, counted, el } from '../../kit/dom.js';
import { longText, shortened } from '../../kit/long-text.js';
import { agoWords, timeElement } from '../../kit/time.js';
import { loadTimeline } from './loading.js';
import { isOverdue } from './promise.js';

const FIRST_PARCELS = 10;
const FIRST_PLACES = 4;

/** @typedef {import('./loading.js').Parcel} Parcel */
/** @typedef {import('./loading.js').ParcelTimeline} ParcelTimeline */

/**
 * Where the parcels are, and where they have been.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {import('./page.js').Facts} facts
 * @param {AbortSignal} signal
 */
export function drawParcels(part, { found, parcels, contexts }, signal) {
  const told = /** @type {readonly any[]} */ (found.standing.parcels);
  part.drawFact(
    parcels,
    (value) => {
      if (value && value.parcels.length > 0) return parcelList(value.parcels, value.timelines, signal);
      if (told.length > 0) return parcelList(told, [], signal);
      return [
        el(
          'p',
          { class: 'muted' },
          !contexts.includes('tracking')
            ? 'This server does not follow parcels.'
            : 'No carrier has said anything of a parcel yet.',
        ),
      ];
    },
    (value) => {
      const count = value?.parcels.length ?? told.length;
      return count > 1 ? [el('span', { class: 'muted' }, counted(count, 'parcel'))] : [];
    },
  );
}

/**
 * @param {readonly Parcel[]} parcels
 * @param {readonly ParcelTimeline[]} timelines
 * @param {AbortSignal} signal
 */
function parcelList(parcels, timelines, signal) {
  const byTrack = new Map(timelines.map((one) => [one.track_number, one]));
  const drawn = (/** @type {Parcel} */ parcel) =>
    parcelItem(parcel, byTrack.get(parcel.track_number), signal);
  const list = el('ol', { class: 'parcel-list' }, ...parcels.slice(0, FIRST_PARCELS).map(drawn));
  if (parcels.length <= FIRST_PARCELS) return [list];
  const more = button(
    `Show all ${counted(parcels.length, 'parcel')}`,
    () => {
      const others = parcels.slice(FIRST_PARCELS).map(drawn);
      list.append(...others);
      more.remove();
      others[0]?.querySelector('button')?.focus();
    },
    { class: 'quiet' },
  );
  return [list, more];
}

/**
 * @param {Parcel} parcel
 * @param {ParcelTimeline | undefined} timeline undefined: not asked for yet
 * @param {AbortSignal} signal
 */
function parcelItem(parcel, timeline, signal) {
  const places = el('div', { class: 'places' });
  if (timeline) places.append(...placeList(timeline.events));
  else if (parcel.state) places.append(placesButton(parcel.track_number, places, signal));
  return el(
    'li',
    { class: 'clip' },
    el(
      'div',
      { class: 'row' },
      el('span', { class: 'mono' }, longText(parcel.track_number)),
      copyButton(parcel.track_number, 'the track number'),
      parcel.state ? stateBadge('parcel', parcel.state) : badge('not handed over yet'),
      isOverdue(parcel) ? badge('overdue', 'red') : null,
    ),
    el('p', { class: 'muted' }, ...whereWords(parcel)),
    places,
  );
}

/** @param {Parcel} parcel */
function whereWords({ location, occurred_at, estimated_at }) {
  /** @type {(Node | string)[]} */
  const words = [];
  if (location) words.push('In ', el('bdi', {}, shortened(location)));
  if (occurred_at) words.push(words.length > 0 ? ' since ' : 'Since ', timeElement(occurred_at, 'brief'));
  if (estimated_at) {
    words.push(words.length > 0 ? ' · promised for ' : 'Promised for ', timeElement(estimated_at, 'day'));
    words.push(`, ${agoWords(estimated_at)}`);
  }
  return words;
}

/**
 * @param {string} trackNumber
 * @param {HTMLElement} places
 * @param {AbortSignal} signal
 */
function placesButton(trackNumber, places, signal) {
  const ask = button(
    'Show its places',
    () => {
      ask.setAttribute('aria-disabled', 'true');
      loadTimeline(trackNumber, signal).then(
        (timeline) => places.replaceChildren(...placeList(timeline?.events ?? [])),
        () => {
          ask.removeAttribute('aria-disabled');
          ask.textContent = 'Its places could not be loaded: try again';
        },
      );
    },
    { class: 'quiet' },
  );
  return ask;
}

/** @param {ParcelTimeline['events']} events oldest first */
function placeList(events) {
  const newestFirst = events.toReversed();
  const list = el('ol', { class: 'steps' }, ...newestFirst.slice(0, FIRST_PLACES).map(placeItem));
  if (events.length <= FIRST_PLACES) return [list];
  const more = button(
    `Show all ${counted(events.length, 'place')}`,
    () => {
      list.append(...newestFirst.slice(FIRST_PLACES).map(placeItem));
      more.remove();
    },
    { class: 'quiet' },
  );
  return [list, more];
}

/** @param {ParcelTimeline['events'][number]} event */
function placeItem({ type, occurred_at, location, carrier, note }) {
  return el(
    'li',
    {},
    timeElement(occurred_at, 'brief'),
    el(
      'span',
      {},
      el('b', {}, stateWords('parcel', type)),
      ...(location ? [', ', el('bdi', {}, shortened(location))] : []),
      carrier ? el('span', { class: 'muted' }, ' · ', el('bdi', {}, shortened(carrier))) : null,
      note ? el('span', { class: 'muted step-reason' }, longText(note)) : null,
    ),
  );
}

import { get } from '../../api/client.js';
import { badge } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { button, counted, el } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { datum, shortened } from '../../kit/long-text.js';
import { emptyState } from '../../kit/states.js';
import { timeElement } from '../../kit/time.js';
import { doInBulk } from './bulk.js';
import { filterForm, filterOf } from './letter-filter.js';
import { pagedTable } from '../../kit/paged-table.js';
import { every } from './polling.js';

const ROUTE = /** @type {const} */ ('/api/dead-letters');
const PAGE_LETTERS = 50;
const MOST_LETTERS = 500;
const LOOK_PAUSE_MS = 5_000;

/** @type {Record<string, import('../../kit/badges.js').Tone>} */
const TONES = { waiting: 'red', replayed: 'blue', edited: 'green' };

/** @typedef {import('../../api/routes.js').BodyOf<typeof ROUTE, 'get'>[number]} LetterSummary */
/** @typedef {LetterSummary['key']} BytesView a text, or bytes that are none in Base64 */

/** @type {readonly import('../../kit/table.js').Column<LetterSummary>[]} */
const COLUMNS = [
  {
    name: 'Why it was refused',
    isHeading: true,
    kind: 'letter-reason',
    cell: ({ id, reason }) =>
      el('a', { href: `/trouble/dead-letters/${id}` }, el('bdi', {}, shortened(reason))),
  },
  { name: 'State', kind: 'letter-state', cell: ({ state }) => letterBadge(state) },
  { name: 'Topic', kind: 'letter-topic', cell: ({ topic }) => datum(topic) },
  { name: 'Key', kind: 'letter-key', cell: ({ key }) => datum(bytesText(key)) },
  { name: 'Tries', isNumber: true, kind: 'letter-tries', cell: ({ attempts }) => attempts.toLocaleString() },
  {
    name: 'Refused',
    isNumber: true,
    kind: 'letter-refused',
    cell: ({ refused_at }) => timeElement(refused_at, 'brief'),
  },
];

/** @param {string} state */
export function letterBadge(state) {
  return badge(state, TONES[state] ?? 'plain', state);
}

/** @param {BytesView} bytes */
export function bytesText(bytes) {
  if (bytes === null) return '';
  return 'text' in bytes ? bytes.text : `base64 ${bytes.base64}`;
}

/**
 * Refused events, newest first, with what may be done to all that match.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export function openLetters(place, visit) {
  const list = el('div');
  const actions = el('div', { class: 'row letter-actions' });
  const shown = el('p', { class: 'muted' });
  const newer = el('div', { class: 'row' });
  let query = visit.query;
  /** @type {LetterSummary[]} */
  let letters = [];

  const load = async (/** @type {AbortSignal} */ signal) => {
    const limit = Math.min(Math.max(letters.length, PAGE_LETTERS), MOST_LETTERS);
    const { body, next } = await get(ROUTE, { query: { ...filterOf(query), limit }, signal });
    letters = body;
    newer.replaceChildren();
    draw(next);
  };
  const current = new Current(visit, { place: list, load });

  /** @param {string | undefined} next */
  const draw = (next) => {
    const giveBackFocus = focusKept();
    actions.replaceChildren(...(letters.length === 0 ? [] : bulkButtons()));
    shown.textContent = letters.length === 0 ? '' : countWords(letters.length, next !== undefined);
    list.replaceChildren(...(letters.length === 0 ? [nothing()] : rows(next)));
    giveBackFocus();
  };

  /** @param {string | undefined} next */
  const rows = (next) => {
    /** @param {LetterSummary[]} body */
    const rowsOf = (body) => {
      letters = [...letters, ...body];
      return body;
    };
    const options = { route: ROUTE, visit, label: 'Refused events', kind: 'letters', columns: COLUMNS };
    return pagedTable({ ...options, rows: letters, next, rowsOf, more: 'Older ones' });
  };

  /** What is done in bulk is done to what was there when the list was read, and not to what came in since. */
  const bulkButtons = () => {
    const filter = { ...filterOf(query) };
    const seenUntil = new Date(Date.parse(letters[0]?.refused_at ?? '') + 1).toISOString();
    if (filter.to === undefined || filter.to > seenUntil) filter.to = seenUntil;
    /** @param {'replay' | 'discard'} work */
    const act = async (work) => {
      if (await doInBulk(work, filter, visit)) await current.renew();
    };
    return [
      filter.state === undefined ? null : button('Replay all of them …', () => void act('replay')),
      button('Discard all of them …', () => void act('discard'), { class: 'danger' }),
    ].filter((one) => one !== null);
  };

  const lookForNewer = async () => {
    try {
      const { body } = await get(ROUTE, { query: { ...filterOf(query), limit: 1 }, signal: visit.signal });
      const newest = body[0];
      if (newest === undefined || newest.id === letters[0]?.id || newer.hasChildNodes()) return;
      // A list that somebody reads does not move under their hand.
      if (letters.length === 0) await current.renew();
      else
        newer.append(
          button('There are newer ones: show them', () => void current.renew(), { class: 'quiet' }),
        );
    } catch {
      // The list itself says when the server is away.
    }
  };

  place.append(
    filterForm(query, (changed) => {
      query = changed;
      letters = [];
      visit.replaceQuery(query);
      void current.renew();
    }),
    el(
      'section',
      { class: 'card', 'aria-label': 'Refused events' },
      el('div', { class: 'card-head letters-head' }, shown, newer, actions),
      list,
    ),
  );
  void current.renew();
  every(visit, LOOK_PAUSE_MS, () => void lookForNewer());

  function nothing() {
    return query.size === 0
      ? emptyState(
          'No refused event waits',
          'Events that cannot be stored appear here, with the reason, as they are refused.',
        )
      : emptyState(
          'No refused event matches',
          'Another state, or less of a filter, may find what you look for.',
        );
  }
}

/**
 * @param {number} shown
 * @param {boolean} hasMore
 */
function countWords(shown, hasMore) {
  return hasMore ? `The newest ${shown.toLocaleString()}` : counted(shown, 'event');
}

import { get } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { Current } from '../../kit/current.js';
import { button, el } from '../../kit/dom.js';
import { Part } from '../../kit/part.js';
import { asShownFailure, emptyState, failureState, putState } from '../../kit/states.js';
import { adjust, count, register } from './changes.js';
import { availableBadge } from './figures.js';
import { drawMovements } from './movements.js';

const PAGE_MOVEMENTS = 50;
/** However many orders come. */
const REFRESH_PAUSE_MS = 2_000;

/** @typedef {import('./figures.js').StockLevel} StockLevel */

/**
 * One thing that can be ordered: what there is of it, and every change that it had.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @param {number} chrtId
 */
export function openThing(place, visit, chrtId) {
  visit.title(`Stock of ${chrtId}`);
  const box = el('div');
  place.append(
    el(
      'header',
      { class: 'thing-head' },
      el('h1', {}, 'Thing ', el('span', { class: 'mono' }, String(chrtId))),
      el('a', { href: '/stock' }, 'All of the stock'),
    ),
    box,
  );
  const head = new Part('What there is', { kind: 'thing' });
  const journal = new Part('Movements', { kind: 'movements', retry: () => void current.renew() });
  const renew = () => current.renew();

  const current = new Current(visit, {
    place: box,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: ({ change }) => change !== 'payment_status',
    load: async (signal) => {
      const path = { chrt_id: chrtId };
      const [level, movements] = await Promise.all([
        get('/api/inventory/{chrt_id}', { path, signal }),
        get('/api/inventory/{chrt_id}/movements', { path, query: { limit: PAGE_MOVEMENTS }, signal }),
      ]);
      drawHead(head, level.body, level.etag, visit, renew);
      drawMovements(journal, chrtId, movements, visit);
      if (!box.contains(head.element)) {
        box.replaceChildren(
          el(
            'article',
            { class: 'thing-parts', 'aria-label': `Thing ${chrtId}` },
            head.element,
            journal.element,
          ),
        );
      }
    },
    failed: (failure) => {
      const isUnknown = failure instanceof ApiFailure && failure.kind === 'not-found';
      putState(
        box,
        isUnknown
          ? unregistered(chrtId, visit, renew)
          : failureState(asShownFailure(failure), { retry: () => void renew() }),
      );
    },
  });
  return current.renew();
}

/**
 * @param {Part} part
 * @param {StockLevel} level
 * @param {string | null} etag that it was read with
 * @param {import('../../router.js').Visit} visit
 * @param {() => Promise<void>} renew
 */
function drawHead(part, level, etag, visit, renew) {
  const { nm_id, available, reserved, on_hand } = level;
  part.draw(
    [level, etag],
    () => [
      el(
        'dl',
        { class: 'figures' },
        figure('Available', availableBadge(available)),
        figure('Held by orders', reserved.toLocaleString()),
        figure('In the house', on_hand.toLocaleString()),
        figure('Product', el('a', { href: `/stock?product=${nm_id}`, class: 'mono' }, String(nm_id))),
      ),
    ],
    () => [
      button('Adjust …', () => void adjust(level, visit, renew), { class: 'primary' }),
      button('Count …', () => void count(level, etag, visit, renew)),
    ],
  );
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
function figure(name, value) {
  return el('div', {}, el('dt', {}, name), el('dd', {}, value));
}

/**
 * @param {number} chrtId
 * @param {import('../../router.js').Visit} visit
 * @param {() => Promise<void>} renew
 */
function unregistered(chrtId, visit, renew) {
  return emptyState(
    `Nobody has registered ${chrtId}`,
    'Its pieces are not counted, and orders for it do not wait for stock. Once it is registered, new orders hold pieces of it.',
    button('Register it …', () => void register(chrtId, visit, renew), { class: 'primary' }),
  );
}

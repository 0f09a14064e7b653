import { features } from '../api/features.js';
import { live } from '../api/live.js';
import { byId, el } from '../kit/dom.js';
import { troubleCount } from './trouble-count.js';

/** @typedef {import('../api/features.js').Features} Features */

/** @type {readonly { name: string, path: string, isThere: (offered: Features) => boolean }[]} */
const PLACES = [
  { name: 'Find', path: '/', isThere: () => true },
  { name: 'Orders', path: '/orders', isThere: () => true },
  { name: 'Live', path: '/live', isThere: () => true },
  { name: 'Trouble', path: '/trouble', isThere: () => true },
  { name: 'Stock', path: '/stock', isThere: ({ contexts }) => contexts.includes('inventory') },
  { name: 'Demo', path: '/demo', isThere: ({ demo }) => demo },
];

/** What is drawn until the server has said what it offers. */
const UNKNOWN = { contexts: [], demo: false, search: false };
const RETRY_PAUSE_MS = 5_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let retryTimer;
/** @type {HTMLElement | undefined} */
let inTrouble;
let path = '/';
/** @type {Features} */
let offered = UNKNOWN;

/** The links to the views that the server has something for. */
export function startNavigation() {
  inTrouble = troubleCount();
  draw();
  void learn();
  live.listen({ reset: () => void learn() });
}

/** @param {string} arrivedAt path of the view that is shown */
export function showPlace(arrivedAt) {
  path = arrivedAt;
  draw();
}

async function learn() {
  clearTimeout(retryTimer);
  try {
    offered = await features();
    draw();
    byId('version').textContent = offered.version ? `Waybill ${offered.version}` : 'Waybill';
  } catch {
    retryTimer = setTimeout(() => void learn(), RETRY_PAUSE_MS);
  }
}

function draw() {
  const links = PLACES.filter(({ isThere }) => isThere(offered)).map((place) =>
    el(
      'li',
      {},
      el(
        'a',
        { href: place.path, 'aria-current': currentOf(place.path) },
        place.name,
        ...(place.path === '/trouble' && inTrouble ? [' ', inTrouble] : []),
      ),
    ),
  );
  byId('places').replaceChildren(...links);
}

/** @param {string} placePath */
function currentOf(placePath) {
  if (path === placePath) return 'page';
  return placePath !== '/' && path.startsWith(`${placePath}/`) ? 'true' : undefined;
}

import { features } from '../api/features.js';
import { live } from '../api/live.js';
import { byId, el } from '../kit/dom.js';
import { focusKept } from '../kit/focus.js';
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
/** By the path of its place, and drawn once: the keyboard's focus may be on it. @type {Map<string, HTMLAnchorElement>} */
const links = new Map();
let path = '/';
/** Paths of the places that there are links to. */
let drawn = '';
/** @type {Features} */
let offered = UNKNOWN;

/** The links to the views that the server has something for. */
export function startNavigation() {
  for (const place of PLACES) links.set(place.path, el('a', { href: place.path }, place.name));
  links.get('/trouble')?.append(' ', troubleCount());
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
  for (const [placePath, link] of links) {
    const current = currentOf(placePath);
    if (current) link.setAttribute('aria-current', current);
    else link.removeAttribute('aria-current');
  }
  const there = PLACES.filter(({ isThere }) => isThere(offered)).map((place) => place.path);
  if (there.join() === drawn) return;
  drawn = there.join();
  const giveBackFocus = focusKept();
  byId('places').replaceChildren(
    ...there.map((one) => el('li', {}, /** @type {HTMLAnchorElement} */ (links.get(one)))),
  );
  giveBackFocus();
}

/** @param {string} placePath */
function currentOf(placePath) {
  if (path === placePath) return 'page';
  return placePath !== '/' && path.startsWith(`${placePath}/`) ? 'true' : undefined;
}

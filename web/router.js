import { get } from './api/client.js';
import { ApiFailure } from './api/failure.js';
import { announce } from './kit/announcing.js';
import { busyWhile } from './kit/busy.js';
import { byId, el } from './kit/dom.js';
import { loadAnew } from './kit/loading-anew.js';
import { failureState, loadingState } from './kit/states.js';
import { enterEntry, leaveEntry, rememberedScroll, rememberScroll } from './shell/history-entries.js';
import { match, partsOf } from './shell/paths.js';
import { stylesOf, wear } from './shell/view-styles.js';

/**
 * The views of the page. A pattern's `:name` takes one part of the path, and `*` at its end all that is left. The module of
 * a view is `views/<name>/<name>.js`, what it looks like `styles/<name>.css`.
 *
 * @type {readonly ViewRoute[]}
 */
export const VIEWS = [
  { pattern: '/', ...view('find') },
  { pattern: '/orders', ...view('orders') },
  { pattern: '/orders/:order_uid', ...view('order') },
  { pattern: '/live', ...view('live') },
  { pattern: '/trouble/*', ...view('trouble') },
  { pattern: '/stock/*', ...view('stock') },
  { pattern: '/demo', ...view('demo') },
];

/**
 * @typedef {object} ViewRoute
 * @property {string} pattern
 * @property {string} name
 * @property {() => Promise<View>} load
 */

/**
 * @typedef {object} View
 * @property {(place: HTMLElement, visit: Visit) => void | Promise<void>} open fills the place; what it returns is waited for
 *   before the reader is taken to where they had scrolled
 */

/**
 * One reader at one address, until they go on.
 *
 * @typedef {object} Visit
 * @property {Readonly<Record<string, string>>} params what the pattern took of the path; `*` is what was left
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when the reader leaves
 * @property {(path: string) => void} go
 * @property {(query: URLSearchParams) => void} replaceQuery in the address bar; the view stays as it is
 * @property {(words: string) => void} title of the window
 * @property {(loading: Promise<unknown>) => void} busy says that the view is not whole until this is settled
 * @property {(words: string) => void} announce to those who listen to the page
 */

/** @type {AbortController | undefined} */
let current;
/** @type {(path: string) => void} */
let arrived = () => undefined;
/** Path and query of what is shown. */
let address = '';

/**
 * Shows what the address says, now and whenever it changes. Links within the page are followed in place.
 *
 * @param {(path: string) => void} onArrival told the path of each view that is opened
 */
export function start(onArrival) {
  arrived = onArrival;
  history.scrollRestoration = 'manual';
  window.addEventListener('popstate', followBrowser);
  window.addEventListener('pagehide', rememberScroll);
  document.addEventListener('click', followInPlace);
  enterEntry();
  void show({ isFirst: true, scrollTo: rememberedScroll() });
}

/** To where the browser's buttons lead. A place within the view, as the link that skips to it has, leaves the view as it is. */
function followBrowser() {
  leaveEntry();
  enterEntry();
  if (addressHere() !== address) void show({ isFirst: false, scrollTo: rememberedScroll() });
}

/**
 * Goes to another address of the page.
 *
 * @param {string} path
 * @param {{ replace?: boolean }} [options] `replace`: in the place of this one in the history
 */
export function go(path, { replace = false } = {}) {
  if (replace || path === addressHere()) history.replaceState(null, '', path);
  else {
    rememberScroll();
    history.pushState(null, '', path);
  }
  enterEntry();
  void show({ isFirst: false, scrollTo: 0 });
}

function addressHere() {
  return location.pathname + location.search;
}

/**
 * A click that asks for a new tab stays the browser's, as does a link to what is no view.
 *
 * @param {MouseEvent} event
 */
function followInPlace(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (link.hash !== '' && link.pathname === location.pathname) return;
  if (!find(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** @param {{ isFirst: boolean, scrollTo: number }} how */
async function show({ isFirst, scrollTo }) {
  if (followFormerAddress()) return;
  address = addressHere();
  current?.abort();
  const visiting = new AbortController();
  current = visiting;
  const main = byId('main');
  const place = el('div', { class: 'view' });
  const found = find(location.pathname);
  arrived(location.pathname);
  const visit = visitOf(found?.params ?? {}, visiting.signal, place);
  visit.title(found ? capitalized(found.route.name) : 'No such page');
  place.append(loadingState(4, found ? capitalized(found.route.name) : 'No such page'));
  main.replaceChildren(place);
  // The reader is told where they are; not at the first view, which the browser tells of itself.
  if (!isFirst) main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  if (!found) place.replaceChildren(unknownPath());
  else {
    const opening = open(found.route, place, visit);
    visit.busy(opening);
    await opening;
  }
  // Whoever has scrolled meanwhile stays where they are.
  if (!visiting.signal.aborted && scrollTo > 0 && window.scrollY === 0) window.scrollTo(0, scrollTo);
}

/**
 * @param {ViewRoute} route
 * @param {HTMLElement} place
 * @param {Visit} visit
 */
async function open(route, place, visit) {
  try {
    const opened = await loaded(route, visit.signal);
    if (!opened || visit.signal.aborted) return;
    place.replaceChildren();
    place.dataset.view = route.name;
    wear(route.name);
    await opened.open(place, visit);
  } catch (fault) {
    if (visit.signal.aborted) return;
    reportError(fault);
    const failure = new ApiFailure('broken', '');
    const advice =
      'Load the page again in a minute: several versions of the program may be running while it is updated. Tell whoever runs it when that does not help.';
    const heading = 'This part of the page could not be loaded';
    const retry = () => location.reload();
    place.replaceChildren(failureState(failure, { heading, advice, retry, isTold: true, isView: true }));
  }
}

/**
 * @param {ViewRoute} route
 * @param {AbortSignal} signal
 * @returns {Promise<View | undefined>} undefined while the page is loaded anew, since a file of the view is not there
 */
async function loaded(route, signal) {
  try {
    const [view] = await Promise.all([route.load(), stylesOf(route.name)]);
    return view;
  } catch (fault) {
    if (!signal.aborted && (await isServerThere()) && !signal.aborted && loadAnew()) return undefined;
    throw fault;
  }
}

/** While it is not, to load the page anew would take away what the reader has. */
async function isServerThere() {
  return get('/api/features').then(
    () => true,
    () => false,
  );
}

/**
 * @param {Record<string, string>} params
 * @param {AbortSignal} signal
 * @param {HTMLElement} place
 * @returns {Visit}
 */
function visitOf(params, signal, place) {
  return {
    params,
    query: new URLSearchParams(location.search),
    signal,
    go: (path) => void (signal.aborted || go(path)),
    replaceQuery: (query) => {
      if (signal.aborted) return;
      const search = query.size === 0 ? '' : `?${query}`;
      history.replaceState(history.state, '', location.pathname + search);
      address = addressHere();
    },
    title: (words) => {
      if (!signal.aborted) document.title = `${words} · Waybill`;
    },
    busy: (loading) => busyWhile(place, loading),
    announce: (words) => void (signal.aborted || announce(words)),
  };
}

/**
 * @param {string} path
 * @returns {{ route: ViewRoute, params: Record<string, string> } | undefined}
 */
function find(path) {
  const parts = partsOf(path);
  for (const route of VIEWS) {
    const params = match(partsOf(route.pattern), parts);
    if (params) return { route, params };
  }
  return undefined;
}

/** Orders were at `/?order=…` before they had an address of their own; such links are still about. */
function followFormerAddress() {
  const orderUid =
    location.pathname === '/' ? new URLSearchParams(location.search).get('order')?.trim() : undefined;
  if (!orderUid) return false;
  go(`/orders/${encodeURIComponent(orderUid)}`, { replace: true });
  return true;
}

function unknownPath() {
  const places = VIEWS.filter(({ pattern }) => !pattern.includes(':')).map(({ pattern, name }) =>
    el('a', { href: pattern.replace('/*', '') }, capitalized(name)),
  );
  return el(
    'div',
    { class: 'state', 'data-state': 'not-found' },
    el('h1', {}, 'No such page'),
    el(
      'p',
      {},
      'There is nothing at this address. The field above finds orders, and these are the places there are:',
    ),
    el('div', { class: 'row' }, ...places),
  );
}

/** @param {string} name */
function capitalized(name) {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * @param {string} name
 * @returns {Omit<ViewRoute, 'pattern'>}
 */
function view(name) {
  return { name, load: () => import(`./views/${name}/${name}.js`) };
}

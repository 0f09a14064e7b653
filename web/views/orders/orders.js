import { addressOf, getNext } from '../../api/client.js';
import { features } from '../../api/features.js';
import { live } from '../../api/live.js';
import { Attention } from '../../kit/attention.js';
import { Current } from '../../kit/current.js';
import { button, counted, el } from '../../kit/dom.js';
import { emptyState, loadingState } from '../../kit/states.js';
import { belongsTo, filterOf, mayHaveBelonged, parametersOf, queryOf } from './filter.js';
import { filterBar } from './filter-bar.js';
import { listHead } from './list-head.js';
import { ListTail } from './list-tail.js';
import { listedBy } from './order-row.js';
import { OrderWindow, PAGE_ROWS } from './order-window.js';

/** @typedef {import('./filter.js').Filter} Filter */
/** @typedef {import('./order-row.js').ListedOrder} ListedOrder */
/** @typedef {import('../../api/live.js').StatusEvent} StatusEvent */

/** A burst of new orders asks for the list once a second and not once an order. */
const REFRESH_PAUSE_MS = 1_000;
/** Of which each is known by its id, however long somebody stays down in the list. */
const MOST_PENDING = 1_000;

/**
 * The list that was left last: whoever comes back to it by the browser's button is where they were.
 *
 * @type {{ search: string, list: import('./order-window.js').SeenList } | undefined}
 */
let left;

/**
 * All orders, newest received first, by the filters of the address bar.
 *
 * @type {import('../../router.js').View['open']}
 */
export function open(place, visit) {
  const view = new OrderList(place, visit);
  return view.start();
}

class OrderList {
  /** @type {Filter} */
  #filter;
  /** Orders that the list would have, or would not have, if it were loaded anew, by id. @type {Map<string, 'newer' | 'changed'>} */
  #pending = new Map();
  /** More of them may be so: events were missed while the reader was at the list, or there are too many to be known. */
  #isOld = false;
  /** The next load is of a list from its newest order on, whatever is drawn. */
  #beginsAnew = true;
  #region = el('div', { class: 'list-region' });
  #newerButton = button('', () => this.#showPending(), { class: 'newer', hidden: true });
  /** Until there is another filter. */
  #filtering = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} place
   * @param {import('../../router.js').Visit} visit
   */
  constructor(place, visit) {
    this.visit = visit;
    this.#filter = filterOf(visit.query);
    this.bar = filterBar(this.#filter, (filter) => this.#filterBy(filter), visit.signal);
    this.head = listHead(this.#newerButton, visit.signal);
    this.tail = new ListTail(() => this.window.goOn(), visit.signal);
    this.window = new OrderWindow({ load: (path) => this.#load(path), further: this.tail }, visit.signal);
    this.attention = new Attention(this.#region, () => this.#takePending());
    place.append(
      el('h1', { class: 'visually-hidden' }, 'Orders'),
      this.bar.element,
      this.head.element,
      this.head.refusal,
      this.#region,
      this.tail.element,
    );
    this.current = this.#ofFilter();
  }

  /** What was asked for an earlier filter is called off, and what was drawn for it counts no longer. */
  #ofFilter() {
    this.#filtering.abort();
    this.#filtering = new AbortController();
    const signal = AbortSignal.any([this.visit.signal, this.#filtering.signal]);
    return new Current({ ...this.visit, signal }, { place: this.#region, load: () => this.#show(signal) });
  }

  async start() {
    const { visit } = this;
    live.listen({ heard: (events) => events.forEach((event) => this.#heard(event)) }, visit.signal);
    visit.signal.addEventListener('abort', () => {
      clearTimeout(this.#timer);
      const list = this.window.seen;
      left = list && { search: queryOf(this.#filter).toString(), list };
    });
    this.#describe();
    const cameBack = left?.search === queryOf(this.#filter).toString() && history.state?.scrollY > 0;
    if (cameBack && left) {
      this.#put();
      this.window.restore(left.list);
      this.current.takeOver();
      return;
    }
    await this.current.renew();
  }

  /** @param {Filter} filter */
  #filterBy(filter) {
    this.#filter = filter;
    this.visit.replaceQuery(queryOf(filter));
    this.#beginsAnew = true;
    this.#region.replaceChildren(loadingState(8));
    this.tail.done();
    this.#describe();
    this.current = this.#ofFilter();
    void this.current.renew();
  }

  #describe() {
    this.visit.title('Orders');
    this.bar.offerClear(this.#filter);
    this.head.describe(parametersOf(this.#filter));
  }

  /**
   * From the newest on, or all that is drawn anew where the reader has gone on from there.
   *
   * @param {AbortSignal} signal aborted when there is another filter
   */
  async #show(signal) {
    // Nobody has asked for it: rows do not move under a pointer.
    if (!this.#beginsAnew && this.attention.isHeld) {
      this.#isOld = true;
      this.#offerPending();
      return;
    }
    if (!this.#beginsAnew && window.scrollY > 0) {
      // What an event tells while it is loaded comes after some of its pages, and waits anew.
      this.#forget((kind) => kind === 'changed');
      await this.window.renew();
      return;
    }
    this.#forget(() => true);
    const query = { ...parametersOf(this.#filter), view: 'summary', limit: PAGE_ROWS };
    const isThereAny = await this.window.show(addressOf('/api/orders', { query }));
    if (signal.aborted) return;
    if (isThereAny) {
      this.#put();
      return;
    }
    this.#beginsAnew = true;
    const nothing = await this.#emptyState();
    if (!signal.aborted) this.#region.replaceChildren(nothing);
  }

  #put() {
    this.#beginsAnew = false;
    if (!this.window.element.isConnected) this.#region.replaceChildren(this.window.element);
  }

  /** @param {string} path */
  async #load(path) {
    const { body, next } = await getNext('/api/orders', path, { signal: this.current.signal });
    return { orders: /** @type {ListedOrder[]} */ (body), next };
  }

  /** @param {StatusEvent} event */
  #heard(event) {
    this.window.update(listedBy(event));
    const { order_uid, version } = event;
    const belongs = belongsTo(event, this.#filter);
    const isPending = this.#pending.has(order_uid);
    if (this.window.has(order_uid) === belongs) {
      this.#pending.delete(order_uid);
      if (!isPending) return;
    } else if (!isPending) {
      // One that has belonged to the list before, and does still, is further down in it.
      if (belongs && mayHaveBelonged(event, this.#filter)) return;
      if (this.#pending.size === MOST_PENDING) this.#isOld = true;
      else this.#pending.set(order_uid, version === 1 ? 'newer' : 'changed');
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takePending();
    }, REFRESH_PAUSE_MS);
  }

  /** The list follows by itself from its top, unless the reader is at it: rows do not move under a pointer. */
  #takePending() {
    if (this.#pending.size === 0 && !this.#isOld) {
      this.#offerPending();
      return;
    }
    if (window.scrollY === 0 && !this.attention.isHeld) {
      void this.current.renew();
      return;
    }
    this.#offerPending();
  }

  #offerPending() {
    const kinds = [...this.#pending.values()];
    const newer = kinds.filter((kind) => kind === 'newer').length;
    const changed = kinds.length - newer;
    const parts = [
      ...(newer > 0 ? [counted(newer, 'newer order')] : []),
      ...(changed > 0 ? [counted(changed, 'changed order')] : []),
    ];
    this.#newerButton.hidden = parts.length === 0 && !this.#isOld;
    const words = [...parts, ...(this.#isOld && parts.length > 0 ? ['more'] : [])];
    this.#newerButton.textContent =
      parts.length === 0 ? 'Show the list as it is now' : `Show ${words.join(' and ')}`;
  }

  #showPending() {
    if (this.#isOld || [...this.#pending.values()].includes('newer')) {
      window.scrollTo(0, 0);
      this.#beginsAnew = true;
    }
    void this.current.renew();
  }

  /** @param {(kind: 'newer' | 'changed') => boolean} isGone */
  #forget(isGone) {
    const hasChanged = this.#isOld || this.#pending.size > 0;
    this.#isOld = false;
    for (const [orderUid, kind] of this.#pending) if (isGone(kind)) this.#pending.delete(orderUid);
    this.#offerPending();
    this.head.describe(parametersOf(this.#filter), hasChanged);
  }

  async #emptyState() {
    if (queryOf(this.#filter).size > 0) {
      const clear = button('Clear filters', () => {
        this.bar.show({});
        this.#filterBy({});
      });
      const { search } = await offered();
      const advice =
        this.#filter.track_number && !search
          ? "The search is switched off on this server, so an order that has this track number in an item alone may be missing here: try the order's own track number, or its id."
          : 'Take a filter away, or try another one.';
      return emptyState('No order is like that', advice, clear);
    }
    const { demo } = await offered();
    return emptyState(
      'No orders yet',
      'They appear here as they come in, over Kafka or by POST /api/orders.',
      ...(demo ? [el('a', { href: '/demo' }, 'Send some made-up ones')] : []),
    );
  }
}

/** A server that does not say is taken for one with a search, and without made-up orders. */
function offered() {
  return features().catch(() => ({ demo: false, search: true }));
}

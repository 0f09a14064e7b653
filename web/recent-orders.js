import { fetchOrders, firstPage } from './api.js';
import { Attention } from './attention.js';
import { coalesced } from './coalesced.js';
import { byId, el, onFollow } from './dom.js';
import { shortened } from './long-text.js';
import { moneyElement } from './money.js';
import { timeElement } from './time.js';

/** A burst of events asks for the list once a second and not once an event. */
const REFRESH_PAUSE_MS = 1_000;
const FIRST_ROWS = 10;
/** What the server gives at once; who has opened more sees that many of the newest after the next change. */
const MOST_ROWS = 500;
const WAITING_NOTE = 'Newer orders are shown once the pointer or focus has left the list.';

/**
 * @typedef {object} ListListener
 * @property {(orderUid: string) => void} open a row was followed
 * @property {() => void} stayedOld the list is known to be old, and could not be loaded anew
 */

/**
 * The list of the newest orders. It renews itself when it hears of changes; not under the reader's pointer or focus,
 * but as soon as that has left.
 */
export class RecentOrders {
  #list = byId('recent-orders');
  #note = byId('recent-note');
  #olderButton = byId('older-orders');
  #attention = new Attention(this.#list, () => this.#showWaiting());
  /** The list has changed, and the reader is at it. */
  #isDue = false;
  /** @type {string | undefined} */
  #nextPath;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refreshTimer;
  /** Loads run one after the other: each begins with what the one before has put there. */
  #lastLoad = Promise.resolve();
  #loadNewest = coalesced(() => this.#inTurn(() => this.#putNewest()));

  /** @param {ListListener} listener */
  constructor(listener) {
    this.listener = listener;
    byId('refresh-recent').addEventListener('click', () => void this.#refresh());
    this.#olderButton.addEventListener('click', () => void this.#addOlder());
  }

  /**
   * Loads the list anew, or once the reader has left it.
   *
   * @throws {ApiFailure} when that was not possible; what was shown stays
   */
  async renew() {
    if (!this.#attention.isHeld) {
      await this.#loadNewest();
      return;
    }
    this.#isDue = true;
    this.#note.textContent = WAITING_NOTE;
  }

  /** Something changed: the list is renewed soon. */
  heardOfChange() {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = undefined;
      this.renew().catch(() => this.listener.stayedOld());
    }, REFRESH_PAUSE_MS);
  }

  #showWaiting() {
    if (this.#isDue) void this.#refresh();
  }

  /** The reader asked for it, or has left: it comes whatever the pointer is at. */
  async #refresh() {
    await this.#loadNewest().catch(() => this.listener.stayedOld());
  }

  async #putNewest() {
    const rowsShown = this.#list.childElementCount;
    const path = firstPage(Math.min(Math.max(rowsShown, FIRST_ROWS), MOST_ROWS));
    this.#isDue = false;
    await this.#load(path, (rows) => {
      const place = placeOf(this.#list);
      this.#list.replaceChildren(...rows);
      scrollTo(this.#list, place);
      this.#note.textContent = rows.length === 0 ? 'No orders yet.' : '';
    });
  }

  async #addOlder() {
    const add = () =>
      this.#load(this.#nextPath ?? firstPage(FIRST_ROWS), (rows) => {
        this.#list.append(...rows);
        rows[0]?.querySelector('a')?.focus();
      });
    // The note says why not.
    await this.#inTurn(add).catch(() => undefined);
  }

  /** @param {() => Promise<void>} load */
  #inTurn(load) {
    const loaded = this.#lastLoad.then(load);
    this.#lastLoad = loaded.catch(() => undefined);
    return loaded;
  }

  /**
   * @param {string} path
   * @param {(rows: HTMLElement[]) => void} show
   */
  async #load(path, show) {
    try {
      const { orders, next } = await fetchOrders(path);
      this.#nextPath = next;
      show(orders.map((order) => this.#row(order)));
      this.#olderButton.hidden = next === undefined;
    } catch (failure) {
      this.#note.textContent = failure instanceof Error ? failure.message : String(failure);
      throw failure;
    }
  }

  /** @param {any} order */
  #row(order) {
    const uid = order.order_uid;
    const link = el('a', { href: `/?order=${encodeURIComponent(uid)}` }, el('bdi', { class: 'mono' }, uid));
    onFollow(link, () => this.listener.open(uid));
    return el(
      'li',
      { 'data-order': uid },
      link,
      moneyElement(order.amount, order.currency),
      el('span', { class: 'muted' }, el('bdi', {}, shortened(order.customer_id || order.track_number))),
      el('span', { class: 'muted' }, timeElement(order.date_created, 'short')),
    );
  }
}

/** @typedef {{ order: string, offset: number } | undefined} Place none: at the top */

/**
 * The row that is at the top of what a reader sees who has scrolled.
 *
 * @param {HTMLElement} list
 * @returns {Place}
 */
function placeOf(list) {
  if (list.scrollTop === 0) return undefined;
  const top = list.getBoundingClientRect().top;
  for (const row of /** @type {Iterable<HTMLElement>} */ (list.children)) {
    const { top: rowTop, bottom } = row.getBoundingClientRect();
    if (bottom > top) return { order: row.dataset.order ?? '', offset: rowTop - top };
  }
  return undefined;
}

/**
 * @param {HTMLElement} list
 * @param {Place} place
 */
function scrollTo(list, place) {
  if (place === undefined) return;
  const row = list.querySelector(`[data-order="${place.order}"]`);
  if (row)
    list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top - place.offset;
}

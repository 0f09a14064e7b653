import { fetchOrders } from './api.js';
import { byId, el, onFollow } from './dom.js';
import { formatMinorUnits } from './money.js';
import { timeElement } from './time.js';

/** A burst of events asks for the list once a second and not once an event. */
const REFRESH_PAUSE_MS = 1_000;

/**
 * The list of the newest orders. It renews itself when it hears of changes, but not under the reader's
 * pointer or focus, and not once older orders have been added to it.
 */
export class RecentOrders {
  #list = byId('recent-orders');
  #note = byId('recent-note');
  #olderButton = byId('older-orders');
  #refreshButton = byId('refresh-recent');
  /** @type {string | undefined} */
  #nextPath;
  #holdsOlder = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refreshTimer;

  /** @param {(orderUid: string) => void} open */
  constructor(open) {
    this.open = open;
    this.#refreshButton.addEventListener('click', () => void this.refresh());
    this.#olderButton.addEventListener('click', () => void this.#addOlder());
  }

  /** Loads the newest orders in place of what is shown. */
  async refresh() {
    await this.#load(undefined, (rows) => {
      this.#list.replaceChildren(...rows);
      this.#holdsOlder = false;
      this.#note.textContent = rows.length === 0 ? 'No orders yet.' : '';
    });
  }

  /** Something changed: renews the list soon, if nobody is at it. */
  heardOfChange() {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = undefined;
      if (!this.#isInUse()) void this.refresh();
    }, REFRESH_PAUSE_MS);
  }

  async #addOlder() {
    await this.#load(this.#nextPath, (rows) => {
      this.#list.append(...rows);
      this.#holdsOlder = true;
      rows[0]?.querySelector('a')?.focus();
    });
  }

  /**
   * @param {string | undefined} path
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
    }
  }

  #isInUse() {
    return this.#holdsOlder || this.#list.matches(':hover, :focus-within');
  }

  /** @param {any} order */
  #row(order) {
    const uid = order.order_uid;
    const link = el('a', { href: `/?order=${encodeURIComponent(uid)}` }, el('bdi', { class: 'mono' }, uid));
    onFollow(link, () => this.open(uid));
    return el(
      'li',
      {},
      link,
      el('span', { class: 'money' }, formatMinorUnits(order.payment.amount, order.payment.currency)),
      el('span', { class: 'muted' }, el('bdi', {}, order.delivery.city || order.customer_id)),
      el('span', { class: 'muted' }, timeElement(order.date_created, 'short')),
    );
  }
}

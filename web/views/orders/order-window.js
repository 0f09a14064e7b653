import { el } from '../../kit/dom.js';
import { table } from '../../kit/table.js';
import { COLUMNS, orderRow, rowId } from './order-row.js';

/** @typedef {import('./order-row.js').ListedOrder} ListedOrder */

/** Orders that are asked for at once. */
export const PAGE_ROWS = 50;
/** Rows above and below what is seen that are drawn as well, so that scrolling meets no gap. */
const MARGIN_ROWS = 25;

/**
 * @typedef {object} Page
 * @property {readonly ListedOrder[]} orders
 * @property {string | undefined} next path of the page after it
 */

/**
 * @typedef {object} SeenList what a list can be shown by again, as long as it was
 * @property {readonly string[]} paths of its pages
 * @property {number} rowHeight in CSS pixels
 */

/**
 * @typedef {object} WindowOptions
 * @property {(path: string) => Promise<Page>} load
 * @property {{ loading: () => void, done: () => void, failed: (thrown: unknown) => void }} further told of further pages. One
 *   that could not be loaded is tried again when the list is told to go on, or is loaded anew
 */

/**
 * A list without an end, of which only those rows are in the page that are seen, and some around them: pages beyond them are
 * a space as high as their rows, and are loaded again by their cursors when the reader comes back. Rows have one height.
 */
export class OrderWindow {
  #table = table({ label: 'Orders', columns: COLUMNS, rows: [], kind: 'endless' });
  #above = spacer();
  #below = spacer();
  /** @type {string[]} how each page is asked for, as far as it is known */
  #paths = [];
  /** @type {Map<number, HTMLTableSectionElement>} */
  #drawn = new Map();
  /** Rows of the last page; undefined until it has been seen. @type {number | undefined} */
  #lastRows;
  #rowHeight = 36;
  #isLoading = false;
  #isFrameAsked = false;
  /** Of the page that could not be loaded: scrolling does not ask for it again. @type {string | undefined} */
  #failedPath;
  /** Counts the lists that were shown: what was asked for an earlier one is dropped. */
  #list = 0;

  /**
   * @param {WindowOptions} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    this.options = options;
    const { box, body } = this.#table;
    // It does not scroll by itself: the page does.
    box.removeAttribute('tabindex');
    box.querySelector('table')?.setAttribute('aria-rowcount', '-1');
    body.replaceWith(this.#above, this.#below);
    const moved = () => this.#askFrame();
    window.addEventListener('scroll', moved, { signal, passive: true });
    window.addEventListener('resize', moved, { signal });
  }

  get element() {
    return this.#table.box;
  }

  /** Rows of the list as far as it is known. */
  get knownRows() {
    return this.#lastRows === undefined
      ? this.#paths.length * PAGE_ROWS
      : (this.#paths.length - 1) * PAGE_ROWS + this.#lastRows;
  }

  /**
   * Shows a list from its first page on.
   *
   * @param {string} path of its first page
   * @returns {Promise<boolean | undefined>} whether there is any order; undefined when another list was asked for meanwhile
   * @throws what `load` does
   */
  async show(path) {
    this.#list += 1;
    const list = this.#list;
    const first = await this.options.load(path);
    if (list !== this.#list) return undefined;
    this.#begin([path]);
    this.#draw(0, first);
    this.#place();
    // A high screen has room for more.
    this.#askFrame();
    return first.orders.length > 0;
  }

  /**
   * Makes the room of a list that was shown before. What is in sight is loaded once the reader is where they were.
   *
   * @param {SeenList} seen
   */
  restore({ paths, rowHeight }) {
    this.#list += 1;
    this.#rowHeight = rowHeight;
    this.#begin(paths);
    this.#place();
    this.#askFrame();
  }

  /** @returns {SeenList | undefined} undefined while there is none */
  get seen() {
    return this.#paths.length === 0 ? undefined : { paths: [...this.#paths], rowHeight: this.#rowHeight };
  }

  /** Loads all that is drawn anew, where it stands. @throws what `load` does */
  async renew() {
    const list = this.#list;
    this.#failedPath = undefined;
    for (const index of this.#indexes()) {
      const path = this.#paths[index];
      if (path === undefined) continue;
      const page = await this.options.load(path);
      if (list !== this.#list) return;
      if (this.#drawn.has(index)) this.#draw(index, page);
    }
    this.#place();
    this.#askFrame();
  }

  /** The list goes on where a page could not be loaded. */
  goOn() {
    this.#failedPath = undefined;
    this.#askFrame();
  }

  /** @param {string} orderUid @returns {boolean} whether its row is drawn */
  has(orderUid) {
    return document.getElementById(rowId(orderUid)) !== null;
  }

  /** @param {ListedOrder} order drawn anew where the page has an older one of it */
  update(order) {
    const row = document.getElementById(rowId(order.order_uid));
    if (!(row instanceof HTMLTableRowElement) || Number(row.dataset.version) >= order.version) return;
    refresh(row, orderRow(order, indexOf(row)));
  }

  #askFrame() {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => {
      this.#isFrameAsked = false;
      void this.#follow();
    });
  }

  /** Draws what has come into sight, one page after the other, and takes away what has gone out of it. */
  async #follow() {
    if (this.#isLoading || this.#paths.length === 0 || !this.element.isConnected) return;
    const missing = this.#missing();
    if (missing !== undefined && this.#paths[missing] === this.#failedPath) return;
    this.#isLoading = true;
    const list = this.#list;
    /** @type {string | undefined} */
    let path;
    try {
      for (let index = missing; index !== undefined && list === this.#list; index = this.#missing()) {
        this.options.further.loading();
        path = /** @type {string} */ (this.#paths[index]);
        const page = await this.options.load(path);
        if (list !== this.#list) break;
        this.#draw(index, page);
        this.#place();
      }
      if (list === this.#list) this.#place();
      this.#failedPath = undefined;
      this.options.further.done();
    } catch (thrown) {
      if (list === this.#list) {
        this.#failedPath = path;
        this.options.further.failed(thrown);
      } else this.options.further.done();
    } finally {
      this.#isLoading = false;
      // The one that is shown by now has waited for it.
      if (list !== this.#list) this.#askFrame();
    }
  }

  /** The first page in sight that is not drawn. */
  #missing() {
    const { first, last } = this.#inSight();
    for (let index = first; index <= last; index += 1) if (!this.#drawn.has(index)) return index;
    return undefined;
  }

  /** Pages that are seen, or nearly. */
  #inSight() {
    this.#measure();
    // Not that of the space above, which has no place while it is empty.
    const top =
      this.element.getBoundingClientRect().top + (this.element.querySelector('thead')?.offsetHeight ?? 0);
    const pageOf = (/** @type {number} */ y) => Math.floor((y - top) / this.#rowHeight / PAGE_ROWS);
    const margin = MARGIN_ROWS * this.#rowHeight;
    const most = this.#paths.length - 1;
    const first = Math.min(Math.max(pageOf(-margin), 0), most);
    return { first, last: Math.min(Math.max(pageOf(window.innerHeight + margin), first), most) };
  }

  /** @param {readonly string[]} paths */
  #begin(paths) {
    this.#paths = [...paths];
    this.#lastRows = undefined;
    this.#failedPath = undefined;
    for (const body of this.#drawn.values()) body.remove();
    this.#drawn.clear();
  }

  /**
   * @param {number} index
   * @param {Page} page
   */
  #draw(index, { orders, next }) {
    // Newer orders have moved where this page ends: those after it begin elsewhere now.
    if (next !== this.#paths[index + 1]) {
      this.#takeAway((one) => one > index);
      this.#paths.length = index + 1;
      if (next !== undefined) this.#paths.push(next);
    }
    this.#lastRows =
      next === undefined ? orders.length : this.#paths.length - 1 > index + 1 ? this.#lastRows : undefined;
    const rows = orders.map((order, n) => orderRow(order, index * PAGE_ROWS + n));
    const drawn = this.#drawn.get(index);
    if (drawn) {
      replaceRows(drawn, rows);
      return;
    }
    const body = el('tbody', { role: 'rowgroup' }, ...rows);
    const after = this.#indexes().find((one) => one > index);
    (after === undefined ? this.#below : /** @type {Element} */ (this.#drawn.get(after))).before(body);
    this.#drawn.set(index, body);
  }

  /** Of the pages that are drawn. */
  #indexes() {
    return [...this.#drawn.keys()].sort((one, other) => one - other);
  }

  /** @param {(index: number) => boolean} isGone */
  #takeAway(isGone) {
    for (const [index, body] of this.#drawn) {
      if (!isGone(index)) continue;
      body.remove();
      this.#drawn.delete(index);
    }
  }

  /** Takes away what is out of sight, and sets the spaces. */
  #place() {
    const { first, last } = this.#inSight();
    this.#takeAway((index) => index < first || index > last);
    const indexes = this.#indexes();
    const start = indexes[0] ?? first;
    const end = indexes.at(-1) ?? first - 1;
    const rowsBelow = Math.max(0, this.knownRows - (end + 1) * PAGE_ROWS);
    setHeight(this.#above, start * PAGE_ROWS * this.#rowHeight);
    // What is known to come, and not loaded yet, has its room as well: the reader can go on scrolling.
    setHeight(this.#below, rowsBelow * this.#rowHeight);
  }

  #measure() {
    const height = this.element.querySelector('tr[data-order]')?.getBoundingClientRect().height;
    if (height) this.#rowHeight = height;
  }
}

/** A space between pages that nobody reads. */
function spacer() {
  return el(
    'tbody',
    { class: 'spacer', 'aria-hidden': 'true' },
    el('tr', {}, el('td', { colspan: String(COLUMNS.length) })),
  );
}

/**
 * @param {HTMLElement} body
 * @param {number} height in CSS pixels
 */
function setHeight(body, height) {
  const cell = /** @type {HTMLElement} */ (body.querySelector('td'));
  cell.style.height = `${height}px`;
  body.hidden = height === 0;
}

/**
 * Makes a page's rows those that it has now. A row of an order that was there stays the element that it is, and where it is, so
 * that the keyboard's focus stays in it.
 *
 * @param {HTMLElement} body
 * @param {readonly HTMLTableRowElement[]} rows
 */
function replaceRows(body, rows) {
  const wanted = new Set(rows.map(({ dataset }) => dataset.order));
  const old = new Map();
  for (const row of /** @type {HTMLTableRowElement[]} */ ([...body.children])) {
    if (wanted.has(row.dataset.order)) old.set(row.dataset.order, row);
    else row.remove();
  }
  let at = body.firstElementChild;
  for (const row of rows) {
    const kept = old.get(row.dataset.order);
    if (kept) refresh(kept, row);
    if (at !== null && kept === at) at = at.nextElementSibling;
    else body.insertBefore(kept ?? row, at);
  }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {HTMLTableRowElement} fresh of the same order
 */
function refresh(row, fresh) {
  row.setAttribute('aria-rowindex', fresh.getAttribute('aria-rowindex') ?? '');
  if (row.dataset.version === fresh.dataset.version) return;
  row.dataset.version = fresh.dataset.version;
  const cells = [...fresh.cells];
  // The first is the link to the order: it stays the same, and the focus may be on it.
  [...row.cells].forEach((cell, n) => n > 0 && cell.replaceWith(/** @type {Node} */ (cells[n])));
}

/** @param {HTMLElement} row @returns {number} its place in the list */
function indexOf(row) {
  return Number(row.getAttribute('aria-rowindex')) - 2;
}

import { addressOf, getNext } from '../../api/client.js';
import { features } from '../../api/features.js';
import { live } from '../../api/live.js';
import { Attention } from '../../kit/attention.js';
import { Current } from '../../kit/current.js';
import { button, counted, el } from '../../kit/dom.js';
import { asShownFailure, emptyState, failureState, loadingState } from '../../kit/states.js';
import { belongsTo, filterOf, parametersOf, queryOf } from './filter.js';
import { filterBar } from './filter-bar.js';
import { listHead } from './list-head.js';
import { listedBy } from './order-row.js';
import { OrderWindow, PAGE_ROWS } from './order-window.js';

/** @typedef {import('./filter.js').Filter} Filter */

/** A burst of new orders asks for the list once a second and not once an order. */
const REFRESH_PAUSE_MS = 1_000;

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
  #newer = 0;
  #isEmpty = true;
  #region = el('div', { class: 'list-region' });
  #newerButton = button('', () => this.#showNewest(), { class: 'newer', hidden: true });
  #tail = el('div', { class: 'list-tail', role: 'status' });
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
    this.window = new OrderWindow(
      {
        load: (path) => this.#load(path),
        busy: (isBusy) => this.#tail.replaceChildren(...(isBusy ? ['Loading more …'] : [])),
        failed: (thrown) => this.#couldNotGoOn(thrown),
      },
      visit.signal,
    );
    this.attention = new Attention(this.#region, () => this.#takeNewer());
    place.append(
      el('h1', { class: 'visually-hidden' }, 'Orders'),
      this.bar.element,
      this.head.element,
      this.head.refusal,
      this.#region,
      this.#tail,
    );
    this.current = new Current(visit, {
      place: this.#region,
      load: () => this.#show(),
    });
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
      return;
    }
    await this.current.renew();
  }

  /** @param {Filter} filter */
  #filterBy(filter) {
    this.#filter = filter;
    this.visit.replaceQuery(queryOf(filter));
    this.#isEmpty = true;
    this.#region.replaceChildren(loadingState(8));
    this.#describe();
    this.visit.busy(this.current.renew());
  }

  #describe() {
    this.visit.title('Orders');
    this.bar.offerClear(this.#filter);
    this.head.describe(parametersOf(this.#filter));
  }

  /** From the newest on, or all that is drawn anew where the reader has gone on from there. */
  async #show() {
    const { scrollY } = window;
    if (!this.#isEmpty && scrollY > 0) {
      await this.window.renew();
      return;
    }
    this.#forgetNewer();
    const query = { ...parametersOf(this.#filter), view: 'summary', limit: PAGE_ROWS };
    const isThereAny = await this.window.show(addressOf('/api/orders', { query }));
    this.#isEmpty = !isThereAny;
    if (isThereAny) this.#put();
    else this.#region.replaceChildren(await this.#emptyState());
  }

  #put() {
    this.#isEmpty = false;
    if (!this.window.element.isConnected) this.#region.replaceChildren(this.window.element);
  }

  /** @param {string} path */
  async #load(path) {
    const { body, next } = await getNext('/api/orders', path, { signal: this.visit.signal });
    return { orders: /** @type {any[]} */ (body), next };
  }

  /** @param {unknown} thrown */
  #couldNotGoOn(thrown) {
    if (this.visit.signal.aborted) return;
    const retry = () => {
      this.#tail.replaceChildren();
      this.window.goOn();
    };
    this.#tail.replaceChildren(failureState(asShownFailure(thrown), { retry }));
  }

  /** @param {any} event a status event */
  #heard(event) {
    this.window.update(listedBy(event));
    if (event.version !== 1 || !belongsTo(event, this.#filter)) return;
    this.#newer += 1;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takeNewer();
    }, REFRESH_PAUSE_MS);
  }

  /** New orders come in by themselves at the top of the list, unless the reader is at it: rows do not move under a pointer. */
  #takeNewer() {
    if (this.#newer === 0) return;
    if (window.scrollY === 0 && !this.attention.isHeld) {
      void this.current.renew();
      return;
    }
    this.#newerButton.textContent = `Show ${counted(this.#newer, 'newer order')}`;
    this.#newerButton.hidden = false;
  }

  #showNewest() {
    window.scrollTo(0, 0);
    this.#isEmpty = true;
    void this.current.renew();
  }

  #forgetNewer() {
    this.#newer = 0;
    this.#newerButton.hidden = true;
    this.head.describe(parametersOf(this.#filter));
  }

  async #emptyState() {
    if (queryOf(this.#filter).size > 0) {
      const clear = button('Clear filters', () => {
        this.bar.show({});
        this.#filterBy({});
      });
      return emptyState('No order is like that', 'Take a filter away, or try another one.', clear);
    }
    const { demo } = await features().catch(() => ({ demo: false }));
    return emptyState(
      'No orders yet',
      'They appear here as they come in, over Kafka or by POST /api/orders.',
      ...(demo ? [el('a', { href: '/demo' }, 'Send some made-up ones')] : []),
    );
  }
}

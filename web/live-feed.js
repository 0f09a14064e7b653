import { byId, el, onFollow } from './dom.js';
import { timeElement } from './time.js';

const EVENTS_PATH = '/api/events';
const MAX_ROWS = 20;
const FIRST_RETRY_PAUSE_MS = 1_000;
const LONGEST_RETRY_PAUSE_MS = 30_000;

/**
 * @typedef {object} StatusEvent
 * @property {string} order_uid
 * @property {string} status
 * @property {number} version
 * @property {string} occurred_at RFC 3339
 */

/** The newest status events, straight from the server's event stream. */
export class LiveFeed {
  #list = byId('feed');
  #note = byId('feed-note');
  #state = byId('feed-state');
  /** @type {EventSource | undefined} */
  #source;
  #retryPauseMs = FIRST_RETRY_PAUSE_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  #heard = 0;
  /** @type {StatusEvent[]} newest last; those that come between two frames are drawn together */
  #waiting = [];

  /**
   * @param {(orderUid: string) => void} open
   * @param {(event: StatusEvent) => void} heard
   */
  constructor(open, heard) {
    this.open = open;
    this.heard = heard;
  }

  /**
   * Listens while the page is seen. A hidden tab lets go: over HTTP/1.1 a browser holds six connections to one
   * host, and six forgotten tabs would leave none for anything else.
   */
  start() {
    document.addEventListener('visibilitychange', () => this.#followVisibility());
    this.#followVisibility();
  }

  #followVisibility() {
    if (document.visibilityState === 'hidden') this.#disconnect();
    else if (!this.#source) this.#connect();
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#show('connecting');
    const source = new EventSource(EVENTS_PATH);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#retryPauseMs = FIRST_RETRY_PAUSE_MS;
      this.#show('connected');
    });
    source.addEventListener('error', () => this.#afterError(source));
    source.addEventListener('order-status', (event) => this.#receive(event.data));
  }

  #disconnect() {
    clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#source = undefined;
    this.#show('paused');
  }

  /**
   * A broken connection is the browser's to renew; after a refusal (a 503, a proxy's page) it gives up for
   * good, and a new EventSource is needed.
   *
   * @param {EventSource} source
   */
  #afterError(source) {
    this.#show('reconnecting');
    if (source.readyState !== EventSource.CLOSED) return;
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryPauseMs * (0.5 + Math.random()));
    this.#retryPauseMs = Math.min(this.#retryPauseMs * 2, LONGEST_RETRY_PAUSE_MS);
  }

  /** @param {string} text */
  #receive(text) {
    const event = parseEvent(text);
    if (!event) return;
    this.#heard += 1;
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#draw());
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_ROWS) this.#waiting.shift();
    this.heard(event);
  }

  #draw() {
    this.#list.prepend(...this.#waiting.reverse().map((event) => this.#row(event)));
    this.#waiting = [];
    while (this.#list.childElementCount > MAX_ROWS) this.#list.lastElementChild?.remove();
    const count = this.#heard.toLocaleString();
    this.#note.textContent = `${count} ${this.#heard === 1 ? 'change' : 'changes'} since this page was opened.`;
  }

  /** @param {StatusEvent} event */
  #row(event) {
    const href = `/?order=${encodeURIComponent(event.order_uid)}`;
    const link = el('a', { href }, el('bdi', { class: 'mono' }, event.order_uid));
    onFollow(link, () => this.open(event.order_uid));
    return el(
      'li',
      {},
      link,
      el('span', { class: 'chip', 'data-status': event.status }, el('bdi', {}, event.status)),
      el('span', { class: 'muted' }, `version ${event.version}`),
      el('span', { class: 'muted' }, timeElement(event.occurred_at, 'clock')),
    );
  }

  /** @param {'connecting' | 'connected' | 'reconnecting' | 'paused'} state */
  #show(state) {
    this.#state.dataset.state = state;
    this.#state.textContent = state;
  }
}

/**
 * @param {string} text
 * @returns {StatusEvent | undefined} undefined for what is no status event: the feed goes on without it
 */
function parseEvent(text) {
  try {
    const event = JSON.parse(text);
    return typeof event?.order_uid === 'string' && typeof event.status === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

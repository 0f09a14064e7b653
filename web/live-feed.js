import { Attention } from './attention.js';
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

/** @typedef {'connecting' | 'connected' | 'reconnecting' | 'paused'} FeedState */

/**
 * @typedef {object} FeedListener
 * @property {(orderUid: string) => void} open a row was followed
 * @property {(event: StatusEvent) => void} heard
 * @property {(state: FeedState) => void} became what was missed while not connected never comes again
 */

/** The newest status events, straight from the server's event stream. */
export class LiveFeed {
  #list = byId('feed');
  #note = byId('feed-note');
  #state = byId('feed-state');
  #attention = new Attention(byId('feed-log'), () => this.#draw());
  /** @type {EventSource | undefined} */
  #source;
  #retryPauseMs = FIRST_RETRY_PAUSE_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  #heard = 0;
  /** @type {StatusEvent[]} newest last; those that come between two frames are drawn together */
  #waiting = [];
  #isFrameAsked = false;

  /** @param {FeedListener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /**
   * Listens while the page is seen. A hidden tab lets go: over HTTP/1.1 a browser holds six connections to one
   * host, and six forgotten tabs would leave none for anything else.
   */
  start() {
    document.addEventListener('visibilitychange', () => this.#followVisibility());
    // A page that the back button brought out of the browser's memory runs on where it was left.
    window.addEventListener('pageshow', (event) => event.persisted && this.#reconnect());
    // A connection that the network took away can seem open for minutes.
    window.addEventListener('online', () => this.#reconnect());
    window.addEventListener('offline', () => this.#disconnect('reconnecting'));
    this.#followVisibility();
  }

  #followVisibility() {
    if (document.visibilityState === 'hidden') this.#disconnect('paused');
    else if (!this.#source) this.#connect();
  }

  #reconnect() {
    if (document.visibilityState === 'hidden') return;
    this.#disconnect('reconnecting');
    this.#connect();
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

  /** @param {FeedState} state */
  #disconnect(state) {
    clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#source = undefined;
    this.#show(state);
  }

  /**
   * A broken connection is the browser's to renew; after a refusal (a 503, a proxy's page) it gives up for
   * good, and a new EventSource is needed.
   *
   * @param {EventSource} source
   */
  #afterError(source) {
    if (source !== this.#source) return;
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
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_ROWS) this.#waiting.shift();
    if (!this.#isFrameAsked) {
      this.#isFrameAsked = true;
      requestAnimationFrame(() => this.#draw());
    }
    this.listener.heard(event);
  }

  /** Rows do not move under the reader's pointer, nor away from the focus: they come once it has left. */
  #draw() {
    this.#isFrameAsked = false;
    if (this.#heard === 0) return;
    const count = this.#heard.toLocaleString();
    this.#note.textContent = `${count} ${this.#heard === 1 ? 'change' : 'changes'} since this page was opened.`;
    if (this.#waiting.length === 0) return;
    if (this.#attention.isHeld) {
      this.#note.textContent += ' The newest are shown once the pointer or focus has left the list.';
      return;
    }
    this.#list.prepend(...this.#waiting.reverse().map((event) => this.#row(event)));
    this.#waiting = [];
    while (this.#list.childElementCount > MAX_ROWS) this.#list.lastElementChild?.remove();
  }

  /** @param {StatusEvent} event */
  #row(event) {
    const href = `/?order=${encodeURIComponent(event.order_uid)}`;
    const link = el('a', { href }, el('bdi', { class: 'mono' }, event.order_uid));
    onFollow(link, () => this.listener.open(event.order_uid));
    return el(
      'li',
      {},
      link,
      el('span', { class: 'chip', 'data-status': event.status }, el('bdi', {}, event.status)),
      el('span', { class: 'muted' }, `version ${event.version}`),
      el('span', { class: 'muted' }, timeElement(event.occurred_at, 'clock')),
    );
  }

  /** @param {FeedState} state */
  #show(state) {
    this.#state.dataset.state = state;
    this.#state.textContent = state;
    this.listener.became(state);
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

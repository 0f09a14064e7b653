import { GrowingPause } from './growing-pause.js';

const EVENTS_PATH = '/api/events';
/** Events between two frames at most. A tab that is busier than that leaves them out, and says `reset`. */
const MOST_WAITING = 5_000;

/** @typedef {import('./routes.js').Schemas['StatusEvent']} StatusEvent what became of an order */

/** @typedef {'connecting' | 'connected' | 'reconnecting' | 'paused'} LiveState */

/**
 * @typedef {object} LiveListener
 * @property {(events: readonly StatusEvent[]) => void} [heard] once a frame at most, oldest first
 * @property {(isAsked: boolean) => void} [reset] some events may have been left out: what is shown has to be loaded anew;
 *   at once where the reader asks for it
 * @property {(state: LiveState) => void} [became]
 */

/**
 * The one stream of events that the page listens to, for all of its views. The browser renews a connection that breaks,
 * and names the last event that it had; so does the page where it makes a new one. What came in between comes first then,
 * or `reset` where the server does not have it any more.
 */
class Live {
  /** @type {LiveState} */
  state = 'connecting';
  /** @type {Set<LiveListener>} */
  #listeners = new Set();
  /** @type {EventSource | undefined} */
  #source;
  /** Of the last event that came, which a new connection goes on behind. @type {string | undefined} */
  #lastId;
  /** What the page shows may have been loaded long before the stream began. */
  #isLate = false;
  #retryPause = new GrowingPause();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {StatusEvent[]} */
  #waiting = [];
  #isFrameAsked = false;
  #leftOut = false;

  /**
   * @param {LiveListener} listener
   * @param {AbortSignal} [signal] ends it
   */
  listen(listener, signal) {
    if (signal?.aborted) return;
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
    listener.became?.(this.state);
  }

  /**
   * Listens while the page is seen. A hidden tab lets go: over HTTP/1.1 a browser holds six connections to one host, and
   * six forgotten tabs would leave none for anything else.
   */
  start() {
    document.addEventListener('visibilitychange', () => this.#followVisibility());
    // A page that the back button brought out of the browser's memory runs on where it was left.
    window.addEventListener('pageshow', (event) => event.persisted && this.#reconnect());
    // A connection that the network took away can seem open for minutes.
    window.addEventListener('online', () => this.#reconnect());
    window.addEventListener('offline', () => this.#loseNetwork());
    this.#followVisibility();
  }

  /** The reader wants all that is shown to be loaded anew. */
  askForReset() {
    this.#reset(true);
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

  /** A server that runs on the reader's own machine is there without a network, too. */
  #loseNetwork() {
    if (document.visibilityState === 'hidden') return;
    this.#disconnect('reconnecting');
    this.#connectLater();
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#become('connecting');
    const source = new EventSource(addressBehind(this.#lastId));
    this.#source = source;
    source.addEventListener('open', () => {
      this.#retryPause.reset();
      this.#become('connected');
    });
    source.addEventListener('error', () => this.#afterError(source));
    source.addEventListener('start', (event) => {
      this.#lastId = event.lastEventId;
      if (this.#isLate) this.#reset();
      this.#isLate = true;
    });
    source.addEventListener('order-status', (event) => {
      this.#lastId = event.lastEventId;
      this.#receive(event.data);
    });
    source.addEventListener('reset', (event) => {
      this.#lastId = event.lastEventId;
      this.#reset();
    });
  }

  /** @param {LiveState} state */
  #disconnect(state) {
    clearTimeout(this.#retryTimer);
    this.#isLate = true;
    this.#source?.close();
    this.#source = undefined;
    this.#become(state);
  }

  /**
   * A broken connection is the browser's to renew; after a refusal (a 503, a proxy's page) it gives up for good, and a new
   * EventSource is needed.
   *
   * @param {EventSource} source
   */
  #afterError(source) {
    if (source !== this.#source) return;
    this.#become('reconnecting');
    this.#isLate = true;
    if (source.readyState === EventSource.CLOSED) this.#connectLater();
  }

  #connectLater() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryPause.nextMs());
  }

  /** @param {string} text */
  #receive(text) {
    const event = parseEvent(text);
    if (!event) return;
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting = [];
      this.#leftOut = true;
    }
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => this.#deliver());
  }

  #deliver() {
    this.#isFrameAsked = false;
    const events = this.#waiting;
    this.#waiting = [];
    if (this.#leftOut) this.#reset();
    if (events.length > 0) this.#tell((listener) => listener.heard?.(events));
  }

  #reset(isAsked = false) {
    this.#leftOut = false;
    this.#tell((listener) => listener.reset?.(isAsked));
  }

  /** @param {LiveState} state */
  #become(state) {
    this.state = state;
    this.#tell((listener) => listener.became?.(state));
  }

  /** @param {(listener: LiveListener) => void} word */
  #tell(word) {
    for (const listener of [...this.#listeners]) word(listener);
  }
}

/** @param {string | undefined} lastId an EventSource sends no header of the page's */
function addressBehind(lastId) {
  return lastId === undefined
    ? EVENTS_PATH
    : `${EVENTS_PATH}?${new URLSearchParams({ lastEventId: lastId })}`;
}

/** The page's own. */
export const live = new Live();

/**
 * @param {string} text
 * @returns {StatusEvent | undefined} undefined for what is no status event: the stream goes on without it
 */
function parseEvent(text) {
  try {
    const event = JSON.parse(text);
    return typeof event?.order_uid === 'string' && typeof event.status === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

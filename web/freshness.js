import { coalesced } from './coalesced.js';
import { byId } from './dom.js';
import { timeElement } from './time.js';

/** A stream that is refused from the start, or swallowed by a proxy, is told to the reader after this time. */
const FIRST_CONNECTION_DEADLINE_MS = 5_000;
const FIRST_RETRY_PAUSE_MS = 1_000;
const LONGEST_RETRY_PAUSE_MS = 30_000;

/**
 * Keeps what the page shows as new as what the server has. Changes are heard while the live feed is connected; what
 * came in between is not told again, so everything is loaded anew with each connection. Until that has worked the page
 * says that what it shows may be old.
 */
export class Freshness {
  #notice = byId('staleness');
  #words = byId('staleness-words');
  #isConnected = false;
  /** Counts the changes of the connection: one that was lost and made again is another one. */
  #connection = 0;
  /** Changes may have been missed since everything was loaded last. */
  #mayHaveMissed = false;
  #loadedAt = new Date();
  #load = coalesced(() => this.#loadOnce());
  #retryPauseMs = FIRST_RETRY_PAUSE_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;

  /** @param {() => Promise<unknown>} loadAll loads all that is shown, and throws what it could not */
  constructor(loadAll) {
    this.loadAll = loadAll;
    byId('load-anew').addEventListener('click', () => this.renew());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.renew();
    });
    setTimeout(() => !this.#isConnected && this.#doubt(), FIRST_CONNECTION_DEADLINE_MS);
  }

  /** @param {import('./live-feed.js').FeedState} state */
  becameOfFeed(state) {
    this.#isConnected = state === 'connected';
    this.#connection += 1;
    if (this.#isConnected) this.renew();
    else if (state !== 'connecting') this.#doubt();
  }

  /** Loads everything anew; when that fails, again and again for as long as the page is seen. */
  renew() {
    clearTimeout(this.#retryTimer);
    void this.#load();
  }

  /** Something that is shown is known to be old, and could not be loaded anew. */
  failed() {
    this.#doubt();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(
      () => document.visibilityState === 'visible' && this.renew(),
      this.#retryPauseMs * (0.5 + Math.random()),
    );
    this.#retryPauseMs = Math.min(this.#retryPauseMs * 2, LONGEST_RETRY_PAUSE_MS);
  }

  async #loadOnce() {
    const startedAt = new Date();
    const connection = this.#connection;
    try {
      await this.loadAll();
    } catch {
      this.failed();
      return;
    }
    this.#loadedAt = startedAt;
    this.#retryPauseMs = FIRST_RETRY_PAUSE_MS;
    // Heard from before it was loaded until now: nothing was missed.
    if (this.#isConnected && connection === this.#connection) this.#mayHaveMissed = false;
    this.#show();
  }

  #doubt() {
    this.#mayHaveMissed = true;
    this.#show();
  }

  #show() {
    this.#notice.hidden = !this.#mayHaveMissed;
    if (!this.#mayHaveMissed) {
      this.#words.replaceChildren();
      return;
    }
    const loadedAt = timeElement(this.#loadedAt.toISOString(), 'clock');
    this.#words.replaceChildren(
      this.#isConnected ? 'Changes may have been missed' : 'Not connected',
      ': what is shown may be old. It was loaded at ',
      loadedAt,
      '.',
    );
  }
}

import { GrowingPause } from '../api/growing-pause.js';
import { live } from '../api/live.js';
import { staleness } from '../api/staleness.js';
import { coalesced } from './coalesced.js';
import { focusKept } from './focus.js';
import { asShownFailure, failureState, loadingState, putState } from './states.js';

/** A stream that is open again says `reset` in the same breath, where it does: that makes one load and not two. */
const BREATH_MS = 100;
/** Within which the pages of all readers load anew that have lost one server at one moment. */
const RETURN_SPREAD_MS = 1_000;
/** A stream that begins so much later than what is shown was asked for leaves a gap: no event tells what happened in it. */
const REMARKABLE_GAP_MS = 500;

/**
 * @typedef {object} CurrentOptions
 * @property {(signal: AbortSignal, isDrawn: boolean) => Promise<unknown>} load loads and draws; throws an ApiFailure when it
 *   cannot. `isDrawn`: what it drew last is still there, and no failure in its place
 * @property {(event: import('../api/live.js').StatusEvent) => boolean} [concerns] whether what is shown is old after it;
 *   none: after no event
 * @property {number} [pauseMs] between two loads that events ask for
 * @property {HTMLElement} [place] shows that it is loading, and why it could not be loaded; it is the load's to fill
 * @property {Partial<Record<import('../api/failure.js').FailureKind, import('./states.js').FailureWords>>} [failureWords]
 *   in place of the words that each kind of failure has
 * @property {(failure: import('../api/failure.js').ApiFailure) => void} [failed] in place of what `place` would show
 */

/**
 * Keeps a part of a view as new as what the server has: it is loaded anew when an event says that it has changed, when
 * events may have been missed, and when a load has failed that may work later, with growing pauses. What is shown stays
 * meanwhile, and the shell says that it may be old.
 */
export class Current {
  #isDrawn = false;
  #hasFailed = false;
  #wasAway = false;
  /** The page has listened to the stream since this was there. */
  #hasListened = false;
  /** When the connection broke, until what is shown was loaded over a new one. @type {Date | undefined} */
  #lostAt;
  #loadedAt = new Date();
  #retryPause = new GrowingPause();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #load = coalesced(() => this.#loadOnce());

  /**
   * @param {import('../router.js').Visit} visit
   * @param {CurrentOptions} options
   */
  constructor(visit, options) {
    this.options = options;
    this.visit = visit;
    this.signal = visit.signal;
    if (options.place && options.place.childElementCount === 0) options.place.replaceChildren(loadingState());
    live.listen(
      {
        heard: (events) => options.concerns && events.some(options.concerns) && this.#renewSoon(),
        reset: (isAsked) => (isAsked ? void this.renew() : this.#renewOnReturn()),
        became: (state) => this.#follow(state),
      },
      visit.signal,
    );
    visit.signal.addEventListener('abort', () => {
      clearTimeout(this.#timer);
      staleness.trust(this);
    });
  }

  /** What it keeps is shown already, and was drawn otherwise. */
  takeOver() {
    this.#isDrawn = true;
  }

  /** Loads now; never rejects. */
  async renew() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const loading = this.#load();
    // What is there stays there while it is loaded anew.
    if (!this.#isDrawn && !this.#hasFailed) this.visit.busy(loading);
    await loading;
  }

  /**
   * Events that came meanwhile are told, but not all that is shown has events: notes and stock have none. What could not be
   * loaded while the server was away is not left to the pause that has grown meanwhile.
   *
   * @param {import('../api/live.js').LiveState} state
   */
  #follow(state) {
    if (state === 'paused' || state === 'reconnecting') this.#wasAway = true;
    if (state === 'reconnecting') this.#lostAt ??= new Date();
    if (state !== 'connected') return;
    const isGap = !this.#hasListened && Date.now() - this.#loadedAt.getTime() > REMARKABLE_GAP_MS;
    this.#hasListened = true;
    if (!(this.#wasAway || this.#hasFailed || isGap)) return;
    this.#wasAway = false;
    this.#renewOnReturn();
  }

  /** Once for all that is told of one return, and not at the moment at which all other pages do it. */
  #renewOnReturn() {
    // Until then it is as old as it was.
    if (this.#lostAt && this.#isDrawn) staleness.doubt(this, this.#lostAt);
    clearTimeout(this.#timer);
    const pauseMs = BREATH_MS + (this.#lostAt ? Math.random() * RETURN_SPREAD_MS : 0);
    this.#timer = setTimeout(() => void this.renew(), pauseMs);
  }

  #renewSoon() {
    this.#timer ??= setTimeout(() => void this.renew(), this.options.pauseMs ?? 0);
  }

  async #loadOnce() {
    if (this.signal.aborted) return;
    const startedAt = new Date();
    const giveBackFocus = this.#focusOfFailure();
    try {
      await this.options.load(this.signal, this.#isDrawn);
      giveBackFocus();
      this.#isDrawn = true;
      this.#hasFailed = false;
      if (live.state === 'connected') this.#lostAt = undefined;
      this.#loadedAt = startedAt;
      this.#retryPause.reset();
      staleness.trust(this);
    } catch (thrown) {
      if (!this.signal.aborted) this.#failed(asShownFailure(thrown));
    }
  }

  /** @param {import('../api/failure.js').ApiFailure} failure */
  #failed(failure) {
    this.#hasFailed = true;
    if (failure.mayPass) this.#retryLater();
    if (failure.mayPass && this.#isDrawn) {
      staleness.doubt(this, this.#loadedAt);
      return;
    }
    this.#isDrawn = false;
    staleness.trust(this);
    if (this.options.failed) this.options.failed(failure);
    else this.#showFailure(failure);
  }

  /** @param {import('../api/failure.js').ApiFailure} failure */
  #showFailure(failure) {
    const { place, failureWords } = this.options;
    const retry = failure.mayPass || failure.kind === 'not-found' ? () => void this.renew() : undefined;
    if (place) putState(place, failureState(failure, { ...failureWords?.[failure.kind], retry }));
  }

  /** What comes instead of a failure takes its button away, which was pressed, or waited at. */
  #focusOfFailure() {
    const focused = this.#hasFailed ? this.options.place?.querySelector('.state :focus') : undefined;
    const giveBackFocus = focusKept();
    return () => {
      if (focused && !focused.isConnected) giveBackFocus();
    };
  }

  /** As soon as the page is seen by then. The stream may stay away though what it shows could be loaded. */
  #retryLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (document.visibilityState === 'visible') void this.renew();
      else this.#retryLater();
    }, this.#retryPause.nextMs());
  }
}

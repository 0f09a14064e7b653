import { ApiFailure, fetchOrder } from './api.js';
import { coalesced } from './coalesced.js';
import { byId } from './dom.js';
import { failureHeading, failureLine, failureNotice, skeleton, welcome } from './notices.js';
import { orderView } from './order-view.js';

/** News of an order can come before every process that may be asked has heard it. */
const CATCH_UP_PAUSES_MS = [100, 300, 1_000];

/**
 * @typedef {object} PanelListener
 * @property {(words: string) => void} announce says what happened in one line
 * @property {(isGood: boolean) => void} judgeId whether what was asked for can be an order's id at all
 * @property {() => void} stayedOld the order that is shown is known to be old, and could not be loaded anew
 */

/**
 * One order being looked at, until the reader goes on.
 *
 * @typedef {object} OrderVisit
 * @property {string} orderUid empty: none
 * @property {AbortSignal} signal aborted when the reader goes elsewhere
 * @property {() => void} end
 * @property {() => Promise<import('./api.js').FoundOrder>} load one request at a time
 */

/** The order that the page is about, or why there is none. */
export class OrderPanel {
  #result = byId('result');
  #visit = this.#visitOf('');
  /** @type {import('./api.js').FoundOrder | undefined} what is drawn */
  #found;
  /** @type {ApiFailure | undefined} what is drawn instead */
  #failure;
  /** @type {import('./live-feed.js').StatusEvent | undefined} the newest heard of the order */
  #heard;

  /** @param {PanelListener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /** Aborted when the reader goes elsewhere. */
  get visit() {
    return this.#visit.signal;
  }

  focus() {
    this.#result.focus();
  }

  showWelcome() {
    this.#begin('');
    this.listener.announce('');
    this.#put(welcome());
  }

  /**
   * Looks an order up and shows it, or why not. A later call takes over from an earlier one.
   *
   * @param {string} orderUid
   */
  async show(orderUid) {
    const visit = this.#begin(orderUid);
    this.listener.announce('Looking up …');
    // An order in view stays, dimmed, until the answer: most answers come before anyone could see a skeleton.
    if (!this.#result.querySelector('article')) this.#put(skeleton());
    this.#result.setAttribute('aria-busy', 'true');
    try {
      const found = await visit.load();
      if (!visit.signal.aborted) this.#showFound(found);
    } catch (failure) {
      if (!visit.signal.aborted) this.#showFailure(failure);
    }
  }

  /**
   * Loads what is shown anew, and draws it where it has changed.
   *
   * @throws {ApiFailure} `away` when that was not possible; what was shown stays
   */
  async renew() {
    const visit = this.#visit;
    if (visit.orderUid === '') return;
    try {
      const found = await visit.load();
      if (!visit.signal.aborted) this.#showFound(found);
    } catch (failure) {
      if (visit.signal.aborted) return;
      if (failure instanceof ApiFailure && failure.kind === 'away') throw failure;
      this.#showFailure(failure);
    }
  }

  /** @param {import('./live-feed.js').StatusEvent} event */
  heardOf(event) {
    if (event.order_uid !== this.#visit.orderUid) return;
    if (this.#heard === undefined || event.version >= this.#heard.version) this.#heard = event;
    if (this.#found?.version !== undefined && event.version <= this.#found.version) return;
    this.renew().catch(() => this.listener.stayedOld());
  }

  /**
   * The order, at least as new as what was heard of it by the time that it comes.
   *
   * @param {string} orderUid
   * @param {AbortSignal} signal
   */
  async #fetchNewest(orderUid, signal) {
    let found = await fetchOrder(orderUid, signal);
    for (const pauseMs of CATCH_UP_PAUSES_MS) {
      if (signal.aborted || !this.#isBehind(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      found = await fetchOrder(orderUid, signal);
    }
    if (this.#isBehind(found)) this.listener.stayedOld();
    return found;
  }

  /** @param {import('./api.js').FoundOrder} found */
  #isBehind({ order, version }) {
    return (
      version !== undefined && this.#heard?.order_uid === order.order_uid && this.#heard.version > version
    );
  }

  /** @param {import('./api.js').FoundOrder} found */
  #showFound(found) {
    if (found.etag !== null && found.etag === this.#found?.etag) return;
    const { order, version } = found;
    // Drawn first: what cannot be drawn is no order that was found.
    const drawn = orderView(found);
    this.#found = found;
    this.#failure = undefined;
    document.title = `Order ${order.order_uid} · Waybill`;
    this.#put(drawn);
    this.listener.judgeId(true);
    const words = `Order ${order.order_uid}`;
    this.listener.announce(version === undefined ? `${words}.` : `${words}, version ${version}.`);
  }

  /** @param {unknown} failure */
  #showFailure(failure) {
    // Anything but an ApiFailure is an answer that this page cannot draw: said, and left for the console too.
    if (!(failure instanceof ApiFailure)) reportError(failure);
    const told =
      failure instanceof ApiFailure ? failure : new ApiFailure('away', 'The answer could not be shown.');
    if (told.kind === this.#failure?.kind && told.message === this.#failure.message) return;
    const { orderUid } = this.#visit;
    this.#found = undefined;
    this.#failure = told;
    document.title = `${failureHeading(told)} · Waybill`;
    this.#put(failureNotice(told, orderUid, () => void this.show(orderUid)));
    this.listener.announce(failureLine(told));
    this.listener.judgeId(told.kind !== 'bad-id');
  }

  /**
   * Makes this the order that the page is about; a request for another one is called off.
   *
   * @param {string} orderUid
   */
  #begin(orderUid) {
    this.#visit.end();
    this.#visit = this.#visitOf(orderUid);
    if (this.#heard?.order_uid !== orderUid) this.#heard = undefined;
    this.#found = undefined;
    this.#failure = undefined;
    document.title = 'Waybill';
    this.listener.judgeId(true);
    return this.#visit;
  }

  /**
   * @param {string} orderUid
   * @returns {OrderVisit}
   */
  #visitOf(orderUid) {
    const request = new AbortController();
    return {
      orderUid,
      signal: request.signal,
      end: () => request.abort(),
      load: coalesced(() => this.#fetchNewest(orderUid, request.signal)),
    };
  }

  /** @param {HTMLElement} element */
  #put(element) {
    // Otherwise the keyboard would fall back to the top of the page with the button that goes away.
    const heldFocus = this.#result.contains(document.activeElement);
    this.#result.replaceChildren(element);
    this.#result.removeAttribute('aria-busy');
    if (heldFocus) this.#result.focus({ preventScroll: true });
  }
}

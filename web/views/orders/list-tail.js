import { GrowingPause } from '../../api/growing-pause.js';
import { el } from '../../kit/dom.js';
import { asShownFailure, failureState, putState } from '../../kit/states.js';

/** What is said below the rows of the list: that more are on their way, or why they could not be loaded. */
export class ListTail {
  element = el('div', { class: 'list-tail', role: 'status' });
  #pause = new GrowingPause();
  #hasFailed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {() => void} goOn tries again what has failed
   * @param {AbortSignal} signal
   */
  constructor(goOn, signal) {
    this.goOn = goOn;
    this.signal = signal;
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** More rows are on their way. Why they could not be loaded stays there while they are asked for again. */
  loading() {
    clearTimeout(this.#timer);
    if (!this.#hasFailed) this.element.replaceChildren('Loading more …');
  }

  /** They are there, or wanted no longer. */
  done() {
    clearTimeout(this.#timer);
    this.#hasFailed = false;
    this.#pause.reset();
    this.element.replaceChildren();
  }

  /** @param {unknown} thrown why they could not be loaded: it is tried again, where that may help */
  failed(thrown) {
    if (this.signal.aborted) return;
    const failure = asShownFailure(thrown);
    this.#hasFailed = true;
    putState(this.element, failureState(failure, { retry: this.goOn }));
    clearTimeout(this.#timer);
    if (failure.mayPass) this.#timer = setTimeout(() => this.#tryAgain(), this.#pause.nextMs());
  }

  /** For as long as the page is seen. */
  #tryAgain() {
    if (document.visibilityState === 'visible') this.goOn();
    else this.#timer = setTimeout(() => this.#tryAgain(), this.#pause.nextMs());
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait before something that has failed is tried again: longer each time, and not all pages at one moment. */
export class GrowingPause {
  #pauseMs = FIRST_PAUSE_MS;

  nextMs() {
    const pauseMs = this.#pauseMs * (0.5 + Math.random());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    return pauseMs;
  }

  /** It has worked. */
  reset() {
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}

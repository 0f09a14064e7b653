/**
 * Which parts of what is shown are known to be old, and could not be loaded anew. The shell tells the reader, and offers to
 * load all of them.
 */
class Staleness {
  /** @type {Map<object, Date>} a part, and when what it shows was loaded */
  #old = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {() => void} changed */
  listen(changed) {
    this.#listeners.add(changed);
  }

  /** The oldest moment that something which is shown was loaded at; undefined when nothing is old. */
  get since() {
    return [...this.#old.values()].reduce(
      (/** @type {Date | undefined} */ oldest, one) => (oldest && oldest < one ? oldest : one),
      undefined,
    );
  }

  /**
   * @param {object} part
   * @param {Date} loadedAt
   */
  doubt(part, loadedAt) {
    this.#old.set(part, loadedAt);
    this.#tell();
  }

  /** @param {object} part */
  trust(part) {
    if (this.#old.delete(part)) this.#tell();
  }

  #tell() {
    for (const changed of this.#listeners) changed();
  }
}

/** The page's own. */
export const staleness = new Staleness();

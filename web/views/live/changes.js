/** @typedef {import('../../api/live.js').StatusEvent} StatusEvent */

/**
 * What one row tells: what became of an order between two pictures.
 *
 * @typedef {object} Change
 * @property {'change'} kind
 * @property {StatusEvent} event the last of them
 * @property {number} count how many there were
 */

/**
 * A place in the list where something is not.
 *
 * @typedef {{ kind: 'gap', at: Date } | { kind: 'dropped', count: number }} Mark `gap`: events may have been left out; `dropped`:
 *   as many rows came while the list was held as it does not keep
 */

/** @typedef {Change | Mark} Entry */

/**
 * What has been heard and not been shown yet. However much that is, only the newest are kept, and the others are counted.
 */
export class Changes {
  /** @type {Entry[]} oldest first */
  #entries = [];
  /** The changes of this picture's orders, so that several of one order make one row. @type {Map<string, Change>} */
  #ofOrder = new Map();
  #dropped = 0;
  /** Changes that were heard and not shown. */
  waiting = 0;

  /** @param {number} mostEntries */
  constructor(mostEntries) {
    this.mostEntries = mostEntries;
  }

  /** @param {readonly StatusEvent[]} events oldest first */
  add(events) {
    for (const event of events) this.#addOne(event);
  }

  /** Events may have been left out here. */
  addGap() {
    this.#ofOrder.clear();
    this.#push({ kind: 'gap', at: new Date() });
  }

  /** The list was drawn, or would have been, were it not held: what comes from now on are rows of their own, above these. */
  endPicture() {
    this.#ofOrder.clear();
  }

  /** @returns {Entry[]} what is to be shown, oldest first; it is waited for no longer */
  take() {
    // The mark is one of those that are kept.
    if (this.#entries.length > this.mostEntries || this.#dropped > 0) this.#dropOldest(this.mostEntries - 1);
    const taken = this.#entries;
    if (this.#dropped > 0) taken.unshift({ kind: 'dropped', count: this.#dropped });
    this.#entries = [];
    this.#dropped = 0;
    this.waiting = 0;
    return taken;
  }

  /** @param {StatusEvent} event */
  #addOne(event) {
    this.waiting += 1;
    const same = this.#ofOrder.get(event.order_uid);
    if (same) {
      same.event = event;
      same.count += 1;
      return;
    }
    /** @type {Change} */
    const change = { kind: 'change', event, count: 1 };
    this.#ofOrder.set(event.order_uid, change);
    this.#push(change);
  }

  /** @param {Entry} entry */
  #push(entry) {
    this.#entries.push(entry);
    // A quarter at once, so that not each entry moves all the others.
    if (this.#entries.length > this.mostEntries * 1.25) this.#dropOldest(this.mostEntries);
  }

  /** @param {number} left how many stay */
  #dropOldest(left) {
    const gone = this.#entries.splice(0, Math.max(0, this.#entries.length - left));
    for (const one of gone) {
      if (one.kind !== 'change') continue;
      this.#dropped += one.count;
      const { order_uid } = one.event;
      if (this.#ofOrder.get(order_uid) === one) this.#ofOrder.delete(order_uid);
    }
  }
}

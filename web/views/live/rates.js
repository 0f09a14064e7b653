/**
 * A count of each span, the oldest first; null where nobody knows: before the server began to listen, say.
 *
 * @typedef {readonly (number | null)[]} Counts
 */

/** @typedef {import('../../api/routes.js').Schemas['Rates']} Rates counts of equal spans of time */

/** Spans of a second that the rate of this moment is taken over: fewer make it jump about. */
const SECONDS = 5;
const MINUTE_SECONDS = 60;

/** How many orders and changes a second the stream tells of right now, between two answers of the API. */
export class RateNow {
  #orders = new Array(SECONDS).fill(0);
  #changes = new Array(SECONDS).fill(0);
  #second = 0;

  /** @param {readonly import('../../api/live.js').StatusEvent[]} events */
  add(events) {
    const at = this.#second % SECONDS;
    this.#changes[at] += events.length;
    this.#orders[at] += events.filter(({ change }) => change === 'received').length;
  }

  /** A second is over. */
  tick() {
    this.#second += 1;
    this.#orders[this.#second % SECONDS] = 0;
    this.#changes[this.#second % SECONDS] = 0;
  }

  /**
   * Of the seconds that are over, and not of the one under way.
   *
   * @returns {{ orders: number | null, changes: number | null }} a second; null until it has been listened to for long enough
   */
  get perSecond() {
    if (this.#second < SECONDS) return { orders: null, changes: null };
    const underWay = this.#second % SECONDS;
    const rateOf = (/** @type {number[]} */ counts) =>
      counts.reduce((sum, count, at) => (at === underWay ? sum : sum + count), 0) / (SECONDS - 1);
    return { orders: rateOf(this.#orders), changes: rateOf(this.#changes) };
  }
}

/**
 * Columns as the chart takes them: moments in seconds, orders and changes a second, and dead letters of a span. The moment that
 * is under way is last.
 *
 * @param {Rates} rates
 * @param {{ orders: number | null, changes: number | null }} now
 * @param {number} nowSeconds
 * @returns {(number | null)[][]}
 */
export function columnsOf({ bucket_seconds, until, orders_in, changes_out, dead_letters }, now, nowSeconds) {
  const untilSeconds = Date.parse(until) / 1_000;
  const ends = orders_in.map((_, n) => untilSeconds - (orders_in.length - 1 - n) * bucket_seconds);
  const perSecond = (/** @type {number | null} */ count) => (count === null ? null : count / bucket_seconds);
  return [
    [...ends, Math.max(nowSeconds, untilSeconds)],
    [...orders_in.map(perSecond), now.orders],
    [...changes_out.map(perSecond), now.changes],
    [...dead_letters, null],
  ];
}

/**
 * The same by the minute, the newest first, for those who read rather than look.
 *
 * @param {Rates} rates
 * @returns {Minute[]}
 */
export function minutesOf({ bucket_seconds, orders_in, changes_out, dead_letters }) {
  const perMinute = Math.max(1, Math.round(MINUTE_SECONDS / bucket_seconds));
  const minutes = [];
  for (let end = orders_in.length; end > 0; end -= perMinute) {
    const sum = (/** @type {Counts} */ counts) => total(counts.slice(Math.max(0, end - perMinute), end));
    minutes.push({
      minutesAgo: minutes.length,
      orders: sum(orders_in),
      changes: sum(changes_out),
      deadLetters: sum(dead_letters),
    });
  }
  return minutes;
}

/**
 * @typedef {object} Minute
 * @property {number} minutesAgo
 * @property {number | null} orders
 * @property {number | null} changes
 * @property {number | null} deadLetters
 */

/**
 * @param {Counts} counts
 * @returns {number | null} of those that are known; null where none is
 */
export function total(counts) {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/**
 * @param {Rates} rates
 * @returns {number} how much of the time that they are of is known
 */
export function knownSeconds({ bucket_seconds, changes_out }) {
  return changes_out.filter((count) => count !== null).length * bucket_seconds;
}

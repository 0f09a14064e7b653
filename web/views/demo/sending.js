import { post } from '../../api/client.js';

/** As many as one request may ask for. */
export const MOST_ORDERS = 1_000;
export const MOST_LIVES = 100;
const TICK_MS = 250;
/** After an answer that says that it is too much. */
const REFUSED_PAUSE_MS = 5_000;

/**
 * Has the server make orders up and send them on the way that real ones take.
 *
 * @param {number} count
 * @param {boolean} withLives whether they are paid for, sent and so on
 * @param {AbortSignal} signal
 * @returns {Promise<readonly string[]>} their ids
 * @throws {import('../../api/failure.js').ApiFailure}
 */
export async function sendOrders(count, withLives, signal) {
  const query = { count };
  const { body } = await post('/api/orders/test', {
    query,
    body: withLives ? { life: true } : undefined,
    signal,
  });
  return body.order_uids ?? [body.order_uid];
}

/**
 * @typedef {object} Pace
 * @property {number} perSecond
 * @property {boolean} withLives
 */

/**
 * @typedef {object} PaceListener
 * @property {(orderUids: readonly string[]) => void} sent
 * @property {(thrown: unknown) => void} failed it goes on after a pause
 */

/**
 * Sends orders at an even rate until the signal is aborted. What could not be sent in time is left out: a server that was away
 * is not flooded when it comes back.
 *
 * @param {Pace} pace
 * @param {PaceListener} listener
 * @param {AbortSignal} signal
 */
export async function sendSteadily({ perSecond, withLives }, listener, signal) {
  const most = withLives ? MOST_LIVES : MOST_ORDERS;
  let sinceMs = performance.now();
  let begun = 0;
  while (!signal.aborted) {
    // The first goes out at once.
    const due = 1 + Math.floor(((performance.now() - sinceMs) / 1_000) * perSecond) - begun;
    let pauseMs = TICK_MS;
    if (due > 0) {
      const count = Math.min(due, most);
      begun += due;
      try {
        listener.sent(await sendOrders(count, withLives, signal));
      } catch (thrown) {
        if (signal.aborted) return;
        listener.failed(thrown);
        pauseMs = REFUSED_PAUSE_MS;
        sinceMs = performance.now() + REFUSED_PAUSE_MS;
        begun = 0;
      }
    }
    await pause(pauseMs, signal);
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal ends it early
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve(undefined);
    }
    signal.addEventListener('abort', done);
  });
}

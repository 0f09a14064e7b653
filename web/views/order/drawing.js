import { features } from '../../api/features.js';
import {
  asFact,
  loadHistory,
  loadNotes,
  loadOtherOrders,
  loadParcels,
  loadPayments,
  loadStock,
} from './loading.js';

/** Parts that come by then are drawn together with the order, so that nothing moves while it is read. */
const DRAWN_TOGETHER_MS = 300;

/** @typedef {import('./page.js').Facts} Facts */

/**
 * Draws the order with the parts that are there by now, and each other part as it comes.
 *
 * @param {import('./page.js').OrderPage} page
 * @param {import('./loading.js').FoundOrder} found
 * @param {AbortSignal} signal
 */
export async function drawAll(page, found, signal) {
  const { order } = found;
  const uid = order.order_uid;
  const { contexts } = await features();
  const load = page.beginLoad();
  /** @type {Partial<Facts>} */
  const together = { found, contexts };
  // What is not there is not asked for: a browser writes each 404 to its console.
  const ifThere = (/** @type {string} */ context, /** @type {() => Promise<unknown>} */ ask) =>
    contexts.includes(context) ? ask() : Promise.resolve(null);
  const loads = /** @type {const} */ ([
    ['history', loadHistory(uid, signal)],
    ['payments', ifThere('payments', () => loadPayments(uid, signal))],
    ['parcels', ifThere('tracking', () => loadParcels(uid, signal))],
    ['stock', ifThere('inventory', () => loadStock(order, signal))],
    ['notes', loadNotes(uid, signal)],
    ['others', loadOtherOrders(order, signal)],
  ]);
  let isDrawn = false;
  const settled = Promise.all(
    loads.map(async ([name, loading]) => {
      const fact = await asFact(/** @type {Promise<unknown>} */ (loading), signal);
      if (signal.aborted) return;
      if (isDrawn) page.bring(load, { [name]: fact });
      else Object.assign(together, { [name]: fact });
    }),
  );
  if (!page.facts) page.visit.busy(settled);
  await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, DRAWN_TOGETHER_MS))]);
  if (signal.aborted) return;
  page.bring(load, together);
  isDrawn = true;
}

import { get } from './client.js';
import { ApiFailure } from './failure.js';

/**
 * What the server offers.
 *
 * @typedef {object} Features
 * @property {string} [version]
 * @property {readonly string[]} contexts
 * @property {boolean} demo
 * @property {boolean} search
 */

/** What is taken for true of a server that does not say: what is not there is told when it is asked for. */
const UNTOLD = { contexts: ['orders', 'payments', 'tracking', 'inventory'], demo: false, search: true };

/** @type {Promise<Features> | undefined} */
let asked;

/**
 * Asked once for the page's life, and again after a failure.
 *
 * @returns {Promise<Features>}
 * @throws {ApiFailure} `away` or `slow`
 */
export function features() {
  asked ??= ask().catch((failure) => {
    asked = undefined;
    throw failure;
  });
  return asked;
}

/** @returns {Promise<Features>} */
async function ask() {
  try {
    return (await get('/api/features')).body;
  } catch (failure) {
    if (failure instanceof ApiFailure && failure.kind === 'not-found') return UNTOLD;
    throw failure;
  }
}

import { get } from './client.js';
import { ApiFailure } from './failure.js';
import { live } from './live.js';

/** @typedef {Omit<import('./routes.js').Schemas['Features'], 'version'> & { version?: string }} Features what the server offers */

/** What is taken for true of a server that does not say: what is not there is told when it is asked for. */
const UNTOLD = { contexts: ['orders', 'payments', 'tracking', 'inventory'], demo: false, search: true };

/** @type {Promise<Features> | undefined} */
let asked;
/** @type {Features | undefined} */
let known;

// It may be another server by then, with other settings. This listens before any view does.
live.listen({ reset: () => (asked = undefined) });

/**
 * Asked once, and again after a failure and after a reset of the stream; until that is answered, what is known holds.
 *
 * @returns {Promise<Features>}
 * @throws {ApiFailure} `away` or `slow`
 */
export function features() {
  asked ??= askAgain();
  return asked;
}

/** @returns {Promise<Features>} */
async function askAgain() {
  try {
    known = await ask();
    return known;
  } catch (failure) {
    asked = undefined;
    if (known) return known;
    throw failure;
  }
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

import { get } from './client.js';

/** @typedef {import('./routes.js').Schemas['BoundedCount']} Count */

/**
 * What waits for somebody, in one answer that costs the server little.
 *
 * @param {AbortSignal} [signal]
 * @throws {import('./failure.js').ApiFailure}
 */
export async function trouble(signal) {
  return (await get('/api/counts/trouble', { signal })).body;
}

/**
 * All of it in one number: at least so much, where there is a kind that cannot be counted at the moment.
 *
 * @param {Awaited<ReturnType<typeof trouble>>} told
 * @returns {Count}
 */
export function sumOf({ counts, not_ready }) {
  const known = Object.values(counts).filter((count) => count !== null);
  return {
    count: known.reduce((sum, { count }) => sum + count, not_ready.length),
    exact: Object.values(counts).every((count) => count?.exact === true),
  };
}

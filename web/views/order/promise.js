import { momentOf } from '../../kit/time.js';

/** States of a parcel that nothing follows on: what was promised of it is kept or broken. */
const ENDED = new Set(['delivered', 'returned', 'lost']);

/** @typedef {{ state: string | null, estimated_at: string | null }} Promised */

/**
 * Whether a parcel should have been there by now.
 *
 * @param {Promised} parcel
 * @param {number} [nowMs]
 */
export function isOverdue({ state, estimated_at }, nowMs = Date.now()) {
  if (estimated_at === null || (state !== null && ENDED.has(state))) return false;
  const promised = momentOf(estimated_at);
  return promised !== undefined && promised.getTime() < nowMs;
}

/**
 * The day that all parcels which are on their way should be there by: the last of their days, and whether any of them is
 * overdue.
 *
 * @param {readonly Promised[]} parcels
 * @returns {{ at: string, isOverdue: boolean } | undefined}
 */
export function promiseOf(parcels) {
  const open = parcels.filter(({ state, estimated_at }) => estimated_at && !ENDED.has(state ?? ''));
  const overdue = open.filter((parcel) => isOverdue(parcel));
  const asked = overdue.length > 0 ? overdue : open;
  const last = asked.reduce((latest, { estimated_at }) => {
    const at = estimated_at ?? '';
    return (momentOf(at)?.getTime() ?? 0) > (momentOf(latest)?.getTime() ?? -1) ? at : latest;
  }, '');
  return last === '' ? undefined : { at: last, isOverdue: overdue.length > 0 };
}

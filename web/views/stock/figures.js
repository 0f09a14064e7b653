import { badge } from '../../kit/badges.js';

/** Fewer than this is little: somebody should order more. */
const LITTLE = 10;

/** @typedef {import('../../api/routes.js').Schemas['StockLevel']} StockLevel */

/**
 * What can be ordered, in the tone of how little that is.
 *
 * @param {number} pieces
 */
export function availableBadge(pieces) {
  if (pieces === 0) return badge('none left', 'red');
  return badge(pieces.toLocaleString(), pieces < LITTLE ? 'amber' : 'plain');
}

/**
 * A change with its sign.
 *
 * @param {number} delta
 */
export function signed(delta) {
  return `${delta > 0 ? '+' : '−'}${Math.abs(delta).toLocaleString()}`;
}

import { el } from './dom.js';

/**
 * One line of a list of names and values.
 *
 * @typedef {[name: string, value: Node | string | null | undefined, kind?: string]} KeyValue a value of null or undefined
 *   leaves the line out; `kind` is a class of the line, such as `total`
 */

/**
 * Names and values, one below the other. However long a value is, it breaks within its own column.
 *
 * @param {readonly KeyValue[]} lines
 * @param {Record<string, string>} [attributes]
 */
export function keyValues(lines, attributes = {}) {
  return el('dl', { class: 'key-values', ...attributes }, ...pairsOf(lines));
}

/**
 * Names and amounts, the amounts at the end of their lines so that they can be added up by eye.
 *
 * @param {readonly KeyValue[]} lines
 * @param {Record<string, string>} [attributes]
 */
export function sums(lines, attributes = {}) {
  return el('dl', { class: 'sums', ...attributes }, ...pairsOf(lines));
}

/** @param {readonly KeyValue[]} lines */
function pairsOf(lines) {
  return lines
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value, kind]) => el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value)));
}

import { el } from '../kit/dom.js';

/** @typedef {{ link: HTMLLinkElement, loaded: Promise<unknown> }} Styles */

/** @type {Map<string, Styles>} by the name of the view */
const styles = new Map();

/**
 * A view is drawn once it has its looks.
 *
 * @param {string} name
 */
export function stylesOf(name) {
  const known = styles.get(name);
  if (known) return known.loaded;
  const href = new URL(`../styles/${name}.css`, import.meta.url).href;
  const link = el('link', { rel: 'stylesheet', href });
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => {
      styles.delete(name);
      link.remove();
      reject(new Error(`${href} could not be loaded`));
    });
  });
  styles.set(name, { link, loaded });
  document.head.append(link);
  return loaded;
}

/**
 * A view has its own looks alone: what another one calls the same may look otherwise there.
 *
 * @param {string} name
 */
export function wear(name) {
  for (const [other, { link }] of styles) link.media = other === name ? 'all' : 'not all';
}

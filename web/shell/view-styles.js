import { el } from '../kit/dom.js';

/** @type {Map<string, Promise<unknown>>} */
const styles = new Map();

/**
 * A view is drawn once it has its looks.
 *
 * @param {string} name
 */
export function stylesOf(name) {
  const known = styles.get(name);
  if (known) return known;
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
  styles.set(name, loaded);
  document.head.append(link);
  return loaded;
}

/** @type {WeakMap<Element, number>} how much of an element is on its way */
const underWay = new WeakMap();

/**
 * Says of an element that it is not whole yet, until all is there that it was said for (`aria-busy`).
 *
 * @param {Element} element
 * @param {Promise<unknown>} loading
 */
export function busyWhile(element, loading) {
  underWay.set(element, (underWay.get(element) ?? 0) + 1);
  element.setAttribute('aria-busy', 'true');
  // A fault stays one that nobody has handled: the console tells of it.
  void loading.finally(() => {
    const left = (underWay.get(element) ?? 1) - 1;
    underWay.set(element, left);
    if (left === 0) element.removeAttribute('aria-busy');
  });
}

/**
 * Builds one element. Strings become text nodes, so nothing that an order holds is ever read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | undefined>} [attributes] `true` sets an empty attribute; `false`
 *   and `undefined` set none
 * @param {...(Node | string | null | undefined | false)} children null, undefined and false are left out
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Text for those who listen to the page and not for those who see it.
 *
 * @param {string} text
 */
export function hidden(text) {
  return el('span', { class: 'visually-hidden' }, text);
}

/**
 * A button that does something in place.
 *
 * @param {string} words
 * @param {() => void} press
 * @param {Record<string, string | boolean | undefined>} [attributes]
 */
export function button(words, press, attributes = {}) {
  const element = el('button', { type: 'button', ...attributes }, words);
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-disabled') !== 'true') press();
  });
  return element;
}

/**
 * The page's own element with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element;
}

/**
 * @param {number} count
 * @param {string} noun
 * @param {string} [plural]
 */
export function counted(count, noun, plural = `${noun}s`) {
  return `${count.toLocaleString()} ${count === 1 ? noun : plural}`;
}

/**
 * The path of an order's view; the address in the page, and not of the API.
 *
 * @param {string} orderUid
 */
export function orderHref(orderUid) {
  return `/orders/${encodeURIComponent(orderUid)}`;
}

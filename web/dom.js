/**
 * Builds one element. Strings become text nodes, so nothing that an order holds is ever read as HTML.
 *
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} [attributes] `true` sets an empty attribute; `false`
 *   and `undefined` set none
 * @param {...(Node | string | null | undefined)} children null and undefined are left out
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
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
 * Runs the action when the link is followed in place; a click that asks for a new tab stays the browser's.
 *
 * @param {HTMLElement} link
 * @param {() => void} action
 */
export function onFollow(link, action) {
  link.addEventListener('click', (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    action();
  });
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

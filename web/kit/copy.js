import { tell } from './announcing.js';
import { el } from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * A button that puts a text into the clipboard, and says so.
 *
 * @param {string} text
 * @param {string} what names it: `the order's id`
 * @returns {HTMLElement}
 */
export function copyButton(text, what) {
  const button = el('button', {
    type: 'button',
    class: 'quiet copy',
    'aria-label': `Copy ${what}`,
    title: `Copy ${what}`,
  });
  button.append(copyIcon());
  button.addEventListener('click', () => void copy(text, what));
  return button;
}

/**
 * @param {string} text
 * @param {string} what
 */
export async function copy(text, what) {
  try {
    await writeText(text);
    tell(`Copied ${what}.`);
  } catch {
    tell(`The browser did not let the page copy ${what}: select it and copy it by hand.`);
  }
}

/**
 * The clipboard of the browser is there in a secure context only: at the page of another machine without TLS it is not.
 *
 * @param {string} text
 */
async function writeText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = el('textarea', { class: 'visually-hidden' });
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  focused?.focus();
  if (!isCopied) throw new Error('nothing was copied');
}

function copyIcon() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M5.5 5.5V2.5h8v8h-3M2.5 5.5h8v8h-8z');
  path.setAttribute('fill', 'none');
  path.setAttribute('stroke', 'currentColor');
  path.setAttribute('stroke-width', '1.3');
  svg.append(path);
  return svg;
}

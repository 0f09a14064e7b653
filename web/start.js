import { loadAnew } from './kit/loading-anew.js';

/*
 * Sees to a page that could not be loaded as a whole, since it came from a server of one version and asked one of another
 * for its files. This file and what it imports are named without the hash of a version, so every server has them.
 */

document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof Element && target.localName === 'script') startAgain();
  },
  true,
);
// Styles are waited for before any script is run, so their errors came too early to be heard. The page works without them.
/** @type {NodeListOf<HTMLLinkElement>} */
const styles = document.querySelectorAll('link[rel="stylesheet"]');
if ([...styles].some(isMissing)) loadAnew();

function startAgain() {
  if (!loadAnew()) document.getElementById('main')?.replaceChildren(words());
}

/** @param {HTMLLinkElement} link */
function isMissing({ href }) {
  return performance
    .getEntriesByName(href, 'resource')
    .some((entry) => 'responseStatus' in entry && Number(entry.responseStatus) >= 400);
}

/** Nothing of the page can be relied on, so this is put together by hand. */
function words() {
  const state = document.createElement('div');
  state.className = 'state';
  state.dataset.state = 'away';
  state.setAttribute('role', 'alert');
  for (const [name, text] of [
    ['h1', 'The page could not be loaded'],
    [
      'p',
      'Some of its files are not there. Several versions of the program may be running while it is updated: load the page again in a minute, and tell whoever runs it when that does not help.',
    ],
  ]) {
    const part = document.createElement(String(name));
    part.textContent = String(text);
    state.append(part);
  }
  return state;
}

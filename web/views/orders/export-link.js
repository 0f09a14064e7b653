import { head } from '../../api/client.js';
import { el } from '../../kit/dom.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';

/**
 * A link to a file that the server makes. It is asked for once the server says that it would be made: of one that is refused
 * a browser says no more than that a download has failed.
 *
 * @param {string} words
 * @param {HTMLElement} refusal is told why it is not made
 * @param {AbortSignal} signal
 */
export function exportLink(words, refusal, signal) {
  const link = el('a', { class: 'button', download: '' }, words);
  let isAsking = false;
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!isAsking) void take();
  });

  async function take() {
    isAsking = true;
    refusal.hidden = true;
    try {
      await head(link.href, { signal });
      el('a', { href: link.href, download: '' }).click();
    } catch (thrown) {
      if (signal.aborted) return;
      refusal.textContent = wordsOf(asShownFailure(thrown));
      refusal.hidden = false;
    } finally {
      isAsking = false;
    }
  }

  return link;
}

/** @param {import('../../api/failure.js').ApiFailure} failure */
function wordsOf(failure) {
  if (failure.status === 503) return 'As many exports as there may be are under way. Try again in a moment.';
  return failure.kind === 'bad-request'
    ? 'The list says what is wrong with its filter; mend that first.'
    : refusalWords(failure);
}

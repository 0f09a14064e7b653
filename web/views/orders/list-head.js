import { addressOf, get } from '../../api/client.js';
import { counted, el } from '../../kit/dom.js';
import { exportLink } from './export-link.js';

/** Several changes of the list ask for one count. */
const PAUSE_MS = 250;
/** The server's answer may be the one of some seconds ago; after this time it is not. */
const KEPT_MS = 5_500;

/**
 * How many orders the list is of, and the ways to take all of them along.
 *
 * @param {HTMLElement} newer offers the orders that have come meanwhile
 * @param {AbortSignal} signal
 */
export function listHead(newer, signal) {
  const count = el('p', { class: 'list-count', role: 'status' });
  const refusal = el('p', { class: 'notice', 'data-tone': 'amber', role: 'alert', hidden: true });
  const csv = exportLink('CSV', refusal, signal);
  const jsonLines = exportLink('JSON Lines', refusal, signal);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  signal.addEventListener('abort', () => clearTimeout(timer));

  /** @param {import('./filter.js').Filter} parameters */
  async function ask(parameters) {
    asked += 1;
    const mine = asked;
    try {
      const { body } = await get('/api/counts/orders', { query: parameters, signal });
      if (mine === asked) tell(wordsOf(body));
    } catch {
      // The list itself says what is wrong, and how many there are is no more than a help.
      if (mine === asked) tell('');
    }
  }

  /** @param {string} words */
  function tell(words) {
    count.textContent = words;
    count.removeAttribute('aria-busy');
  }

  return {
    element: el(
      'div',
      { class: 'list-head' },
      count,
      newer,
      el(
        'div',
        { class: 'row', role: 'group', 'aria-label': 'Export' },
        el('span', { class: 'muted' }, 'Export all as'),
        csv,
        jsonLines,
      ),
    ),
    /** Why an export is not made, where it is not. */
    refusal,
    /**
     * @param {import('./filter.js').Filter} parameters of the list, as the API takes them
     * @param {boolean} [hasChanged] it is the same list, and has other orders by now
     */
    describe(parameters, hasChanged = false) {
      csv.href = addressOf('/api/exports/orders', { query: { ...parameters, format: 'csv' } });
      jsonLines.href = addressOf('/api/exports/orders', { query: { ...parameters, format: 'jsonl' } });
      count.setAttribute('aria-busy', 'true');
      clearTimeout(timer);
      timer = setTimeout(() => {
        void ask(parameters);
        if (hasChanged) timer = setTimeout(() => void ask(parameters), KEPT_MS);
      }, PAUSE_MS);
    },
  };
}

/**
 * Counting ends where it would take long: there are at least as many then.
 *
 * @param {{ count: number, exact: boolean }} answer
 */
function wordsOf({ count, exact }) {
  if (exact) return counted(count, 'order');
  return count === 0 ? '' : `${counted(count, 'order')} or more`;
}

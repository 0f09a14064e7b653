import { fillSearchField, onSearch, searchText, unheardText, wasSentOff } from '../../shell/search-field.js';
import { el } from '../../kit/dom.js';
import { openResults } from './results.js';
import { openStart } from './start.js';

/**
 * The start page. What is typed into the field of the masthead is found here as it is typed; without it the page shows what
 * somebody wants to see at once: the newest orders, and what is in trouble.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  const box = el('div', { class: 'find' });
  place.append(box);
  /** @type {AbortController | undefined} */
  let shown;
  /** @type {import('./results.js').Results | undefined} */
  let results;

  /**
   * @param {string} text
   * @returns {Promise<void>} once it is drawn
   */
  const show = async (text) => {
    shown?.abort();
    shown = new AbortController();
    const part = { ...visit, signal: AbortSignal.any([visit.signal, shown.signal]) };
    results = undefined;
    if (text === '') {
      part.title('Find');
      await openStart(box, part);
    } else {
      part.title(text);
      results = openResults(box, part, text);
      await results.drawn;
    }
  };

  /** @param {string} text */
  const typed = (text) => {
    visit.replaceQuery(new URLSearchParams(text === '' ? {} : { q: text }));
    visit.busy(show(text));
  };
  /** @param {string} text */
  const entered = (text) => {
    if (results?.text !== text) typed(text);
    results?.goToFirst();
  };
  onSearch({ typed, entered }, visit.signal);
  const unheard = unheardText();
  if (unheard !== '') visit.replaceQuery(new URLSearchParams({ q: unheard }));
  const text = unheard === '' ? searchText(visit.query.get('q') ?? '') : unheard;
  fillSearchField(text);
  const drawn = show(text);
  if (wasSentOff(text)) results?.goToFirst();
  await drawn;
}

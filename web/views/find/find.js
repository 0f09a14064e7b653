import { fillSearchField, onSearch, searchText } from '../../shell/search-field.js';
import { el } from '../../kit/dom.js';
import { openResults } from './results.js';
import { openStart } from './start.js';

/**
 * The start page. What is typed into the field of the masthead is found here as it is typed; without it the page shows what
 * somebody wants to see at once: the newest orders, and what is in trouble.
 *
 * @type {import('../../router.js').View['open']}
 */
export function open(place, visit) {
  const box = el('div', { class: 'find' });
  place.append(box);
  /** @type {AbortController | undefined} */
  let shown;
  /** @type {import('./results.js').Results | undefined} */
  let results;

  /** @param {string} text */
  const show = (text) => {
    shown?.abort();
    shown = new AbortController();
    const part = { ...visit, signal: AbortSignal.any([visit.signal, shown.signal]) };
    results = undefined;
    if (text === '') {
      part.title('Find');
      openStart(box, part);
    } else {
      part.title(text);
      results = openResults(box, part, text);
    }
  };

  onSearch(
    {
      typed: (text) => {
        visit.replaceQuery(new URLSearchParams(text === '' ? {} : { q: text }));
        show(text);
      },
      entered: (text) => results?.text === text && results.goToFirst(),
    },
    visit.signal,
  );
  const text = searchText(visit.query.get('q') ?? '');
  fillSearchField(text);
  show(text);
}

import { features } from '../../api/features.js';
import { el } from '../../kit/dom.js';
import { emptyState, loadingState } from '../../kit/states.js';
import { openStockList } from './stock-list.js';
import { openThing } from './thing.js';

const CHRT_ID = /^\d{1,16}$/;

/**
 * What there is of each thing that can be ordered, what orders hold of it, and how that came about.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  visit.title('Stock');
  place.append(loadingState(4, 'Stock'));
  const offered = await features().catch(() => undefined);
  if (visit.signal.aborted) return;
  place.replaceChildren();
  if (offered && !offered.contexts.includes('inventory')) {
    place.append(
      el('h1', { class: 'visually-hidden' }, 'Stock'),
      emptyState(
        'This server keeps no stock',
        'It is kept where the context inventory is switched on: whoever runs the program can do so.',
      ),
    );
    return;
  }
  const path = visit.params['*'] ?? '';
  const part = el('div', { class: 'stock' });
  place.append(part);
  if (path === '') await openStockList(part, visit);
  else if (CHRT_ID.test(path)) await openThing(part, visit, Number(path));
  else {
    part.append(
      el('h1', { class: 'visually-hidden' }, 'Stock'),
      emptyState(
        'That is no number of a thing',
        'Things that can be ordered have whole numbers, such as 9934930: the chrt_id of an item.',
        el('a', { href: '/stock' }, 'All of the stock'),
      ),
    );
  }
}

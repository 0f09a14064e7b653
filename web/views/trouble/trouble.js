import { features } from '../../api/features.js';
import { el } from '../../kit/dom.js';
import { emptyState, loadingState } from '../../kit/states.js';
import { openHealth } from './health.js';
import { openLetter } from './letter.js';
import { openLetters } from './letters.js';
import { openPayments } from './payments.js';
import { showSections } from './sections.js';
import { openWaiting } from './waiting.js';

/** @typedef {(place: HTMLElement, visit: import('../../router.js').Visit) => void | Promise<void>} OpenPart */

/** @type {Record<string, OpenPart>} by the first step below `/trouble` */
const PARTS = {
  '': openLetters,
  'dead-letters': openLetters,
  payments: openPayments,
  waiting: openWaiting,
  health: openHealth,
};

/**
 * What went wrong and waits for somebody: events that were refused, payments in dispute, orders that stand still, parts of
 * the program that are down.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  visit.title('Trouble');
  const sections = el('nav', { class: 'sections', 'aria-label': 'Kinds of trouble' });
  const part = el('div', { class: 'trouble-part' }, loadingState());
  place.append(el('h1', { class: 'visually-hidden' }, 'Trouble'), sections, part);
  const [name = '', id, ...others] = (visit.params['*'] ?? '').split('/');
  const contexts = await offeredContexts();
  if (visit.signal.aborted) return;
  showSections(sections, visit, name === 'dead-letters' ? '' : name, contexts);
  part.replaceChildren();
  const openPart = PARTS[name];
  if (others.length > 0 || (id !== undefined && name !== 'dead-letters') || !openPart) {
    part.append(
      emptyState('No such page', 'There is no trouble of that kind. The kinds that there are stand above.'),
    );
  } else if (id !== undefined) await openLetter(part, visit, id);
  else await openPart(part, visit);
}

/** A server that is away says so in each part. */
async function offeredContexts() {
  return (await features().catch(() => undefined))?.contexts ?? ['orders', 'payments'];
}

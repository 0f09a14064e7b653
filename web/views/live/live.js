import { el } from '../../kit/dom.js';
import { feed } from './feed.js';
import { rateCard } from './rate-card.js';

/**
 * What happens right now: how much, and what.
 *
 * @type {import('../../router.js').View['open']}
 */
export function open(place, visit) {
  visit.title('Live');
  place.append(el('h1', { class: 'visually-hidden' }, 'Live'), rateCard(visit), feed(visit));
}

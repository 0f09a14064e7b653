import { addressOf } from '../../api/client.js';
import { copy } from '../../kit/copy.js';
import { button, el } from '../../kit/dom.js';
import { keyValues } from '../../kit/key-values.js';
import { datum } from '../../kit/long-text.js';

/** A text that is longer is not drawn: a browser needs seconds to lay it out, and nobody reads it. */
const MOST_DRAWN_CHARACTERS = 200_000;

/** @typedef {import('./loading.js').Order} Order */

/**
 * What those who look after the program ask for: the fields that say nothing to a customer, by the names that they have, and
 * the order as the API gives it, drawn when it is asked for.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {Order} order
 */
export function drawDetails(part, order) {
  const { track_number, entry, locale, shardkey, oof_shard, sm_id, internal_signature } = order;
  const fields = { track_number, entry, locale, shardkey, oof_shard, sm_id, internal_signature };
  part.draw(
    order,
    () => [
      keyValues(
        Object.entries(fields).map(([name, value]) => [name, datum(value)]),
        { class: 'key-values technical-fields' },
      ),
      rawText(order),
    ],
    () => [
      button('Copy as JSON', () => void copy(JSON.stringify(order, null, 2), 'the order as JSON'), {
        class: 'quiet',
      }),
      el('a', { href: apiPath(order), target: '_blank', rel: 'noopener' }, 'Open as JSON'),
    ],
  );
}

/** @param {Order} order */
function rawText(order) {
  const text = el('pre', {
    class: 'raw-text',
    tabindex: '0',
    role: 'group',
    'aria-label': 'The order as JSON',
  });
  const details = el('details', {}, el('summary', {}, 'Show it as JSON'), text);
  details.addEventListener('toggle', () => {
    if (details.open && text.textContent === '') text.textContent = drawnText(order);
  });
  return details;
}

/** @param {Order} order */
function drawnText(order) {
  const text = JSON.stringify(order, null, 2);
  if (text.length <= MOST_DRAWN_CHARACTERS) return text;
  return `${text.slice(0, MOST_DRAWN_CHARACTERS)}\n… ${(text.length - MOST_DRAWN_CHARACTERS).toLocaleString()} characters more: copy it, or open it.`;
}

/** @param {Order} order */
function apiPath({ order_uid }) {
  return addressOf('/api/orders/{order_uid}', { path: { order_uid } });
}

/**
 * Where the answer came from, and how long it took.
 *
 * @param {import('./loading.js').FoundOrder} found
 */
export function footOf({ cache, tookMs }) {
  const from = cache === 'HIT' ? 'from memory' : cache === 'MISS' ? 'from the database' : '';
  return el('span', {}, `Answered ${from} in ${tookMs.toFixed(tookMs < 10 ? 1 : 0)} ms.`.replace('  ', ' '));
}

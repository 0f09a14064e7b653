import { counted, el, orderHref } from '../../kit/dom.js';
import { keyValues } from '../../kit/key-values.js';
import { datum, longText } from '../../kit/long-text.js';
import { isOrderUid } from '../../kit/order-uid.js';
import { timeElement } from '../../kit/time.js';
import { bytesText } from './letters.js';

/** @typedef {import('./letter.js').Letter} Letter */
/** @typedef {import('../../kit/part.js').Part} Part */

/**
 * @param {Part} part
 * @param {Letter} letter
 */
export function drawFacts(part, letter) {
  const { context, topic, partition, offset, event_time, event_timestamp, refused_at, key } = letter;
  const { attempts, replays, replayed_at, edits, edited_at } = letter;
  const orderUid = orderUidOf(letter);
  part.draw([{ ...letter, value: null, failures: null }, orderUid], () => [
    keyValues([
      [
        'Order',
        orderUid ? el('a', { href: orderHref(orderUid), class: 'mono' }, el('bdi', {}, orderUid)) : null,
      ],
      ['Topic', el('bdi', { class: 'mono' }, topic)],
      ['Place', el('span', { class: 'mono' }, `partition ${partition}, offset ${offset}`)],
      ['Key', datum(bytesText(key))],
      ['Sent', event_time === null ? `no time: ${event_timestamp}` : timeElement(event_time)],
      ['Refused by', datum(context)],
      ['Refused', timeElement(refused_at)],
      ['Tried', counted(attempts, 'time')],
      ['Replayed', done(replays, replayed_at)],
      ['Edited', done(edits, edited_at)],
    ]),
  ]);
}

/**
 * @param {number} times
 * @param {string | null} lastAt
 */
function done(times, lastAt) {
  if (times === 0 || lastAt === null) return null;
  return el('span', {}, `${counted(times, 'time')}, the last `, timeElement(lastAt, 'short'));
}

/**
 * The order that the event is about, which may be there all the same: an older content of it, or by another event.
 *
 * @param {Letter} letter
 */
function orderUidOf({ value, edited_value }) {
  for (const bytes of [edited_value, value]) {
    if (bytes === null || !('text' in bytes)) continue;
    try {
      const orderUid = JSON.parse(bytes.text)?.order_uid;
      if (typeof orderUid === 'string' && isOrderUid(orderUid)) return orderUid;
    } catch {
      // It is no JSON, and may be refused for that.
    }
  }
  return undefined;
}

/**
 * @param {Part} part
 * @param {Letter} letter
 */
export function drawDeliveries(part, { failures }) {
  // One try is told of already.
  part.element.hidden = failures.length < 2;
  part.draw(failures, () => [
    el(
      'ol',
      { class: 'deliveries' },
      ...[...failures]
        .reverse()
        .map(({ reason, attempts, failed_at }) =>
          el(
            'li',
            {},
            el(
              'div',
              { class: 'muted small' },
              timeElement(failed_at, 'short'),
              `, tried ${counted(attempts, 'time')}`,
            ),
            longText(reason),
          ),
        ),
    ),
  ]);
}

/**
 * @param {Part} part
 * @param {Letter} letter
 */
export function drawHeaders(part, { header_list }) {
  part.draw(header_list, () => [
    header_list.length === 0
      ? el('p', { class: 'muted' }, 'It came without headers.')
      : keyValues(header_list.map(({ name, value }) => [bytesText(name), datum(value && bytesText(value))])),
  ]);
}

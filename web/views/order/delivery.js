import { copyButton } from '../../kit/copy.js';
import { button, el } from '../../kit/dom.js';
import { keyValues } from '../../kit/key-values.js';
import { datum } from '../../kit/long-text.js';
import { mayBeCorrected, oneLine } from './address.js';

/** Longer ones are no numbers that could be dialled, nor addresses that could be written to. */
const MOST_LINK_CHARACTERS = 254;

/**
 * Where the order goes, and how its customer is reached.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {import('./page.js').Facts} facts
 * @param {import('./actions.js').OrderActions} actions
 */
export function drawDelivery(part, { found }, actions) {
  const { order, standing } = found;
  const { delivery } = order;
  const isCorrectable = mayBeCorrected(standing);
  part.draw(
    [delivery, order.delivery_service, order.customer_id, isCorrectable],
    () => [
      keyValues([
        ['Name', datum(delivery.name)],
        ['Phone', linked(delivery.phone, phoneHref(delivery.phone), 'the phone number')],
        ['E-mail', linked(delivery.email, mailHref(delivery.email), 'the e-mail address')],
        ['Address', datum(delivery.address)],
        ['City', datum(delivery.city)],
        ['ZIP', datum(delivery.zip)],
        ['Region', datum(delivery.region)],
        ['Carrier', datum(order.delivery_service)],
        ['Customer', linked(order.customer_id, customerHref(order.customer_id), 'the customer id')],
      ]),
      isCorrectable
        ? null
        : el(
            'p',
            { class: 'muted small' },
            'The address cannot be corrected any more: the order is on its way or has ended.',
          ),
    ],
    () => [
      isCorrectable
        ? button('Correct the address …', () => actions.correctAddress(), { class: 'quiet' })
        : null,
      copyButton(oneLine(delivery), 'the address'),
    ],
  );
}

/**
 * @param {string} value
 * @param {string | undefined} href none: it is no link
 * @param {string} what
 */
function linked(value, href, what) {
  if (value === '') return datum(value);
  const shown = href ? el('a', { href }, el('bdi', {}, value)) : datum(value);
  return el('span', { class: 'with-copy' }, shown, copyButton(value, what));
}

/** @param {string} phone */
function phoneHref(phone) {
  const dialled = phone.replaceAll(/[^\d+]/g, '');
  return /\d{3}/.test(dialled) && phone.length <= MOST_LINK_CHARACTERS ? `tel:${dialled}` : undefined;
}

/** @param {string} email whose signs must not become headers of the letter */
function mailHref(email) {
  if (!email.includes('@') || email.length > MOST_LINK_CHARACTERS) return undefined;
  return `mailto:${encodeURIComponent(email).replace('%40', '@')}`;
}

/** @param {string} customerId */
function customerHref(customerId) {
  return customerId === '' ? undefined : `/orders?${new URLSearchParams({ customer_id: customerId })}`;
}

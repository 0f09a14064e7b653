import { put } from '../../api/client.js';
import { ask, field } from '../../kit/dialog.js';
import { tell } from '../../kit/announcing.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';

/** @typedef {import('./loading.js').Order['delivery']} Delivery */

/** The fields of a delivery in the order that they are said in on the phone, and the most characters that each may have. */
/** @type {readonly { name: keyof Delivery, label: string, maxLength?: number, isRequired?: boolean, type?: string }[]} */
const FIELDS = [
  { name: 'name', label: 'Name', isRequired: true },
  { name: 'address', label: 'Street and number' },
  { name: 'zip', label: 'ZIP', maxLength: 255 },
  { name: 'city', label: 'City' },
  { name: 'region', label: 'Region' },
  { name: 'phone', label: 'Phone', maxLength: 255, type: 'tel' },
  { name: 'email', label: 'E-mail', maxLength: 254, type: 'email' },
];

const STILL_HERE = 'What you typed is still here: save it again to put it in the place of theirs.';
const NOT_SAVED = 'What you typed was not saved: correct it again where theirs is not right.';

/**
 * Whether the address may be corrected still: until a parcel has moved, or the order's life has gone beyond that.
 *
 * @param {{ status: string, shipment_status: string }} states
 */
export function mayBeCorrected({ status, shipment_status }) {
  return shipment_status === 'none' && ['received', 'confirmed', 'packed'].includes(status);
}

/**
 * Asks for the address as it should be, and stores the order with it, unless somebody else has changed the order meanwhile.
 * What was typed stays then, and may be stored in the place of theirs.
 *
 * @param {object} options
 * @param {import('../../router.js').Visit} options.visit
 * @param {{ facts: import('./page.js').Facts | undefined }} options.page
 * @param {() => Promise<void>} options.renew
 */
export async function correctAddress({ visit, page, renew }) {
  let seen = page.facts?.found;
  if (!seen) return;
  const { delivery } = seen.order;
  const answer = await ask({
    heading: 'Correct the address',
    body: FIELDS.map((one) => field({ ...one, value: delivery[one.name] })),
    yes: 'Save the address',
    signal: visit.signal,
    act: async (form, isOpen) => {
      if (!seen) return undefined;
      const corrected = deliveryOf(form, seen.order.delivery);
      try {
        await put('/api/orders/{order_uid}', {
          path: { order_uid: seen.order.order_uid },
          ifMatch: seen.etag,
          body: { ...seen.order, delivery: corrected },
        });
      } catch (thrown) {
        const failure = asShownFailure(thrown);
        if (failure.kind !== 'conflict') return explain(failure);
        await renew();
        seen = page.facts?.found;
        return seen && mayBeCorrected(seen.standing)
          ? `Someone was faster: the order has changed meanwhile. Its address is now: ${oneLine(seen.order.delivery)}. ${isOpen() ? STILL_HERE : NOT_SAVED}`
          : `Someone was faster: the order is on its way or has ended, and can get no other address. ${failure.message}`;
      }
      return undefined;
    },
  });
  if (!answer) return;
  await renew();
  tell('The address is corrected.');
}

/**
 * @param {FormData} form
 * @param {Delivery} delivery
 * @returns {Delivery} with what was typed
 */
function deliveryOf(form, delivery) {
  const typed = FIELDS.map(({ name }) => [name, String(form.get(name) ?? delivery[name]).trim()]);
  return { ...delivery, ...Object.fromEntries(typed) };
}

/**
 * @param {Delivery} delivery
 */
export function oneLine({ name, address, zip, city, region }) {
  return [name, address, `${zip} ${city}`.trim(), region].filter((one) => one !== '').join(', ');
}

/** @param {import('../../api/failure.js').ApiFailure} failure */
function explain(failure) {
  const labels = new Map(FIELDS.map(({ name, label }) => [`delivery.${name}`, label]));
  const fields = failure.errors.map(({ path, detail }) => `${labels.get(path) ?? path} ${detail}`);
  return fields.length === 0 ? refusalWords(failure) : `${fields.join('; ')}.`;
}

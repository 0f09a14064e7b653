import { post, put } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { DONE_ONCE, IdempotencyKey } from '../../api/idempotency-key.js';
import { tell } from '../../kit/announcing.js';
import { ask, field } from '../../kit/dialog.js';
import { counted, el } from '../../kit/dom.js';
import { byOf, readerNameField } from '../../kit/reader-name.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { signed } from './figures.js';

const MOST_REASON_CHARACTERS = 255;
/** As somebody types it: with a sign, of which there are two kinds of minus. */
const DELTA = /^[+−-]?\d{1,13}$/;
const COUNT = /^\d{1,13}$/;
const MAY_BE_DONE =
  'What you sent before may have been done. Send it again as it was, or close this and look at the movements first.';

/** @typedef {import('./figures.js').StockLevel} StockLevel */
/** @typedef {import('../../router.js').Visit} Visit */

/**
 * Adds to what is in the house, or takes from it, for another reason than an order.
 *
 * @param {StockLevel} level
 * @param {Visit} visit
 * @param {() => Promise<void>} renew
 */
export async function adjust({ chrt_id, on_hand, reserved }, { signal }, renew) {
  // Sent again after an answer that was lost on the way, it is done once; but changed, it would be done as well.
  const idempotencyKey = new IdempotencyKey();
  /** Of what was sent last, where nobody knows whether it was done. @type {string | undefined} */
  let unsureKey;
  await ask({
    heading: `Adjust the stock of ${chrt_id}`,
    body: [
      el(
        'p',
        {},
        `There are ${counted(on_hand, 'piece')} in the house, and orders hold ${reserved.toLocaleString()} of them.`,
      ),
      field({
        label: 'Pieces that came in, or with a minus went out',
        name: 'delta',
        isRequired: true,
        hint: 'Such as 12 or −3.',
      }),
      field({
        label: 'Why',
        name: 'reason',
        isRequired: true,
        maxLength: MOST_REASON_CHARACTERS,
        hint: 'It is shown among the movements.',
      }),
      readerNameField('by'),
    ],
    yes: 'Adjust',
    signal,
    act: async (form) => {
      const text = textOf(form, 'delta');
      const delta = DELTA.test(text) ? Number(text.replace('−', '-')) : 0;
      const reason = textOf(form, 'reason');
      if (delta === 0) return 'Say how many pieces: a whole number, with a minus where they went out.';
      if (reason === '') return 'Say why, for those who read the movements.';
      const body = { delta, reason, ...byOf(form) };
      const key = idempotencyKey.of(body);
      if (unsureKey !== undefined && key !== unsureKey) return MAY_BE_DONE;
      return tried(
        async () => {
          unsureKey = key;
          try {
            await post('/api/inventory/{chrt_id}/adjustments', {
              path: { chrt_id },
              body,
              idempotencyKey: key,
            });
            unsureKey = undefined;
          } catch (thrown) {
            if (thrown instanceof ApiFailure && !thrown.mayPass) unsureKey = undefined;
            throw thrown;
          }
          tell(`${signed(delta)} of ${chrt_id}.`);
          await renew();
        },
        { again: DONE_ONCE },
      );
    },
  });
  // The movements tell it.
  if (unsureKey !== undefined) await renew();
}

/**
 * Sets what is in the house, as somebody has counted it.
 *
 * @param {StockLevel} level
 * @param {string | null} etag that the level was read with: orders go on meanwhile
 * @param {Visit} visit
 * @param {() => Promise<void>} renew
 */
export async function count({ chrt_id, nm_id, on_hand, reserved }, etag, { signal }, renew) {
  await ask({
    heading: `Count the stock of ${chrt_id}`,
    body: [
      el('p', {}, `The count includes the ${counted(reserved, 'piece')} that orders hold.`),
      field({ label: 'Pieces in the house', name: 'on_hand', value: String(on_hand), isRequired: true }),
      readerNameField('by'),
    ],
    yes: 'Set the count',
    signal,
    act: async (form) => {
      const text = textOf(form, 'on_hand');
      if (!COUNT.test(text)) return 'Say how many pieces there are: a whole number.';
      return tried(
        async () => {
          await put('/api/inventory/{chrt_id}', {
            path: { chrt_id },
            body: { nm_id, on_hand: Number(text), ...byOf(form) },
            ifMatch: etag,
          });
          tell(`${counted(Number(text), 'piece')} of ${chrt_id} counted.`);
          await renew();
        },
        {
          ofConflict:
            'An order, or somebody else, has changed it meanwhile. Close this, look at it as it is now, and count again.',
        },
      );
    },
  });
}

/**
 * Makes a thing known, with what there is of it.
 *
 * @param {number} chrt_id
 * @param {Visit} visit
 * @param {() => Promise<void>} renew
 */
export async function register(chrt_id, { signal }, renew) {
  await ask({
    heading: `Register ${chrt_id}`,
    body: [
      field({ label: 'Product (nm_id)', name: 'nm_id', isRequired: true }),
      field({ label: 'Pieces in the house', name: 'on_hand', isRequired: true }),
      readerNameField('by'),
    ],
    yes: 'Register',
    signal,
    act: async (form) => {
      const [nmId, onHand] = [textOf(form, 'nm_id'), textOf(form, 'on_hand')];
      if (!COUNT.test(nmId)) return 'Say which product it is of: a whole number.';
      if (!COUNT.test(onHand)) return 'Say how many pieces there are: a whole number.';
      return tried(async () => {
        const body = { nm_id: Number(nmId), on_hand: Number(onHand), ...byOf(form) };
        await put('/api/inventory/{chrt_id}', { path: { chrt_id }, body });
        tell(`${chrt_id} is registered.`);
        await renew();
      });
    },
  });
}

/**
 * @param {FormData} form
 * @param {string} name
 */
function textOf(form, name) {
  return String(form.get(name) ?? '').replaceAll(name === 'reason' ? /^\s+|\s+$/g : /\s/g, '');
}

/**
 * @param {() => Promise<void>} work
 * @param {{ ofConflict?: string, again?: string }} [words] what is said where somebody was faster, and of trying again
 * @returns {Promise<string | void>} why it could not be done
 */
async function tried(work, { ofConflict, again } = {}) {
  try {
    await work();
  } catch (thrown) {
    const failure = asShownFailure(thrown);
    return failure.status === 412 && ofConflict ? ofConflict : refusalWords(failure, again);
  }
}

import { WholeNumber } from '../../platform/validation/field-rules.js';

/** Money, in whole minor units of `payment.currency` (cents, kopecks). */
export function Amount(): PropertyDecorator {
  return WholeNumber({ meaning: 'minor units of payment.currency' });
}

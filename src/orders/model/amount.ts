import { WholeNumber } from '../../platform/validation/field-rules.js';

/** A property that is money: whole minor units (cents, kopecks) of its order's `payment.currency`, from 0 to 2^53 - 1. */
export function Amount(): PropertyDecorator {
  return WholeNumber({ meaning: 'minor units of payment.currency' });
}

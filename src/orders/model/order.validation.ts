import { MAX_FAULTS } from '../../platform/validation/field-fault.js';
import { compileValidator, type Refusal } from '../../platform/validation/model-validator.js';
import type { UnknownFieldsRule } from '../../platform/validation/unknown-fields.js';
import { totalsFaults, totalsMatch } from './order-totals.js';
import { Order } from './order.js';

export interface OrderRules {
  /** An order whose amounts do not add up: `warn` accepts and marks it, `strict` refuses it. */
  readonly totals: 'warn' | 'strict';
  readonly unknownFields: UnknownFieldsRule;
}

export type OrderVerdict =
  | {
      readonly valid: true;
      /** Holds the known fields only. */
      readonly order: Order;
      /** Paths of the unknown fields that were ignored, at most 100. */
      readonly unknownFields: readonly string[];
      readonly totalsMatch: boolean;
    }
  | Refusal;

const validate = compileValidator(Order, 'an order');

/**
 * Whether a value, as JSON.parse returns it, is an order. Never throws and changes nothing of the value; a value
 * that is no object at all has the one fault with the path ''.
 */
export function validateOrder(value: unknown, rules: OrderRules): OrderVerdict {
  const verdict = validate(value, rules.unknownFields);
  if (verdict.valid) {
    const { model: order, unknownFields } = verdict;
    const matching = totalsMatch(order);
    if (matching || rules.totals === 'warn') {
      return { valid: true, order, unknownFields, totalsMatch: matching };
    }
    return { valid: false, faults: totalsFaults(order) };
  }
  const { model, faults } = verdict;
  if (model === undefined || rules.totals === 'warn') return { valid: false, faults };
  return { valid: false, faults: [...faults, ...totalsFaults(model)].slice(0, MAX_FAULTS) };
}

import { faultAt, type FieldFault, MAX_FAULTS } from '../../platform/validation/field-fault.js';
import { pathOf } from '../../platform/validation/field-path.js';
import { compileAcceptor } from '../../platform/validation/fast-validator.js';
import { examine } from '../../platform/validation/examination.js';
import { totalsFaults, totalsMatch } from './order-totals.js';
import { Order } from './order.js';
import { unknownFields } from '../../platform/validation/unknown-fields.js';

export interface OrderRules {
  /** An order whose amounts do not add up: `warn` accepts and marks it, `strict` refuses it. */
  readonly totals: 'warn' | 'strict';
  readonly unknownFields: 'ignore' | 'refuse';
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
  | {
      readonly valid: false;
      /** Every fault of every field, at most 100, at least one. */
      readonly faults: readonly FieldFault[];
    };

const acceptOrder = compileAcceptor(Order);

/**
 * Whether a value, as JSON.parse returns it, is an order. Never throws and changes nothing of the value; a value
 * that is no object at all has the one fault with the path ''.
 */
export function validateOrder(value: unknown, rules: OrderRules): OrderVerdict {
  let order = acceptOrder(value);
  const faults: FieldFault[] = [];
  if (order === undefined) {
    const examined = examine(value, Order);
    order = examined.instance;
    faults.push(...examined.faults);
    if (!(order instanceof Order)) return { valid: false, faults };
  }
  const unknown = unknownFields(value, Order, MAX_FAULTS);
  if (rules.unknownFields === 'refuse') {
    for (const steps of unknown) faults.push(faultAt(steps, 'is not a field of an order'));
  }
  const matching = faults.length === 0 && totalsMatch(order);
  if (!matching && rules.totals === 'strict') faults.push(...totalsFaults(order));
  if (faults.length > 0) return { valid: false, faults: faults.slice(0, MAX_FAULTS) };
  return { valid: true, order, unknownFields: unknown.map(pathOf), totalsMatch: matching };
}

import { decodeJson } from '../../platform/validation/json-message.js';
import type { ModelClass } from '../../platform/validation/field-rules.js';
import { fieldsOf } from '../../platform/validation/model-fields.js';
import { Delivery } from './delivery.js';
import { Item } from './item.js';
import { Order } from './order.js';
import { Payment } from './payment.js';
import { validateOrder } from './order.validation.js';
import type { OrderRules, OrderVerdict } from './order.validation.js';

/** Decodes the value of a message, or the body of a request, and validates it. Never throws. */
export function decodeOrder(bytes: Buffer | null, rules: OrderRules): OrderVerdict {
  return decodeJson(bytes, (value) => validateOrder(value, rules));
}

/**
 * The canonical JSON text of an order: known fields only, in the order of the model, no spaces. The same content
 * gives the same text whatever order of keys, spacing, escapes or way of writing a number it came in.
 */
export function encodeOrder(order: Order): string {
  return JSON.stringify(isInModelOrder(order) ? order : inModelOrder(order, Order));
}

/** What was validated here: instances have their fields in the model's order from their construction on. */
function isInModelOrder(order: Order): boolean {
  return (
    order instanceof Order &&
    order.delivery instanceof Delivery &&
    order.payment instanceof Payment &&
    order.items.every((item) => item instanceof Item)
  );
}

function inModelOrder(part: object, modelClass: ModelClass): object {
  const values = part as Readonly<Record<string, unknown>>;
  const ordered = new modelClass() as Record<string, unknown>;
  for (const { property, modelClass: heldClass, isList } of fieldsOf(modelClass)) {
    const value = values[property];
    if (heldClass === undefined) ordered[property] = value;
    else if (isList)
      ordered[property] = (value as object[]).map((element) => inModelOrder(element, heldClass));
    else ordered[property] = inModelOrder(value as object, heldClass);
  }
  return ordered;
}

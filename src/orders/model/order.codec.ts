import { isUtf8 } from 'node:buffer';
import { fieldsOf } from '../../platform/validation/model-fields.js';
import type { PartClass } from '../../platform/validation/field-rules.js';
import { faultAt } from '../../platform/validation/field-fault.js';
import { parseJson } from '../../platform/validation/json-text.js';
import { Delivery } from './delivery.js';
import { Item } from './item.js';
import { Order } from './order.js';
import { Payment } from './payment.js';
import { validateOrder } from './order.validation.js';
import type { OrderRules, OrderVerdict } from './order.validation.js';

export const MAX_MESSAGE_BYTES = 1_048_576;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Decodes the value of a message, JSON in UTF-8 (RFC 8259), and validates it. Bytes that are no JSON at all, a
 * null or empty value and one of more than 1 MiB have the one fault with the path ''. A byte order mark is
 * ignored, as RFC 8259 section 8.1 allows. A number that JavaScript would alter is a fault of its field. Of two fields with one name the last counts. Never throws.
 */
export function decodeOrder(bytes: Buffer | null, rules: OrderRules): OrderVerdict {
  if (bytes === null || bytes.length === 0) return refused('must be a JSON object, not an empty value');
  if (bytes.length > MAX_MESSAGE_BYTES) {
    return refused(`must be at most ${MAX_MESSAGE_BYTES} bytes, not ${bytes.length}`);
  }
  // Buffer.toString alone would put U+FFFD in place of what it cannot read, and the loss would go unseen.
  if (!isUtf8(bytes)) return refused('must be UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = parseJson(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch (error) {
    return refused(error instanceof RangeError ? error.message : 'must be JSON');
  }
  return validateOrder(value, rules);
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

function inModelOrder(part: object, modelClass: PartClass): object {
  const values = part as Readonly<Record<string, unknown>>;
  const ordered = new modelClass() as Record<string, unknown>;
  for (const { property, partClass, isList } of fieldsOf(modelClass)) {
    const value = values[property];
    if (partClass === undefined) ordered[property] = value;
    else if (isList)
      ordered[property] = (value as object[]).map((element) => inModelOrder(element, partClass));
    else ordered[property] = inModelOrder(value as object, partClass);
  }
  return ordered;
}

function refused(detail: string): OrderVerdict {
  return { valid: false, faults: [faultAt(undefined, detail)] };
}

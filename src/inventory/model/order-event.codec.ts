import { isJsonObject } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import { OrderEvent } from './order-event.js';

/** An event of a version that knew of no contents: whoever needs its order has it told anew. */
export interface Foreign {
  readonly valid: true;
  readonly model: undefined;
}

const FOREIGN: Foreign = { valid: true, model: undefined };
const validate = compileValidator(OrderEvent, 'a status event');

/** The value of an event of `order-status`. Fields that we do not know are let pass. Never throws. */
export function decodeOrderEvent(value: Buffer | null): Acceptance<OrderEvent> | Foreign | Refusal {
  return decodeJson(value, (decoded): Acceptance<OrderEvent> | Foreign | Refusal => {
    if (isJsonObject(decoded) && !('content_version' in decoded)) return FOREIGN;
    return validate(decoded, 'ignore');
  });
}

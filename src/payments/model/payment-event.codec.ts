import { decodeJson } from '../../platform/validation/json-message.js';
import {
  compileValidator,
  type ModelVerdict,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import type { UnknownFieldsRule } from '../../platform/validation/unknown-fields.js';
import { PaymentEvent } from './payment-event.js';

const validate = compileValidator(PaymentEvent, 'a payment event');

/**
 * Decodes a payment event. The sender of a message may be newer than we are, so fields that we do not know are let pass
 * there; a request's are refused by name. Never throws.
 */
export function decodePaymentEvent(
  bytes: Buffer | null,
  unknownFields: UnknownFieldsRule,
): ModelVerdict<PaymentEvent> | Refusal {
  return decodeJson(bytes, (decoded) => validate(decoded, unknownFields));
}

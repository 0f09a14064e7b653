import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { isJsonObject } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';

/** The fields of a body that has to be a JSON object. @throws ProblemError 400 */
export function fieldsOf(body: Buffer): Parameters {
  const decoded = decodeJson(body, (value) =>
    isJsonObject(value)
      ? { valid: true as const, value }
      : { valid: false as const, faults: [{ path: '', detail: 'must be an object' }] },
  );
  if (!decoded.valid) throw invalidRequest('the request', decoded.faults);
  return decoded.value;
}

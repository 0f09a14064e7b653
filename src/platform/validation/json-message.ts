import { isUtf8 } from 'node:buffer';
import { faultAt } from './field-fault.js';
import { parseJson } from './json-text.js';
import type { Refusal } from './model-validator.js';

export const MAX_MESSAGE_BYTES = 1_048_576;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Decodes the value of a message or the body of a request, JSON in UTF-8 (RFC 8259), and has it validated. Bytes that are
 * no JSON at all, a null or empty value and one of more than 1 MiB have the one fault with the path ''. A byte order mark
 * is ignored, as RFC 8259 section 8.1 allows. A number that JavaScript would alter is a fault of its field. Of two fields
 * with one name the last counts. Never throws, if `validate` does not.
 */
export function decodeJson<Verdict>(
  bytes: Buffer | null,
  validate: (value: unknown) => Verdict,
): Verdict | Refusal {
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
  return validate(value);
}

function refused(detail: string): Refusal {
  return { valid: false, faults: [faultAt(undefined, detail)] };
}

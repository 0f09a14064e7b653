import { isUtf8 } from 'node:buffer';
import { faultAt } from './field-fault.js';
import { type JsonNumbers, parseJson, parseNonNumbers } from './json-text.js';
import type { Refusal } from './model-validator.js';

export const MAX_MESSAGE_BYTES = 1_048_576;

const BYTE_ORDER_MARK = '\uFEFF';

export interface DecodingOptions extends JsonNumbers {
  /** Whether NaN and Infinity, which make a text no JSON, are faults of the fields that they stand in. */
  readonly namesNonNumbers?: boolean;
  /** Where more than a message has is taken. */
  readonly maxBytes?: number;
}

/**
 * Decodes the value of a message or the body of a request, JSON in UTF-8 (RFC 8259), and has it validated. Bytes that are
 * no JSON at all, a null or empty value and one of more than `maxBytes` (1 MiB) have the one fault with the path ''. A byte order mark
 * is ignored, as RFC 8259 section 8.1 allows. A number that JavaScript would alter is a fault of its field. Of two fields
 * with one name the last counts. Never throws, if `validate` does not.
 */
export function decodeJson<Verdict extends { readonly valid: boolean }>(
  bytes: Buffer | null,
  validate: (value: unknown) => Verdict,
  { namesNonNumbers = false, maxBytes = MAX_MESSAGE_BYTES, areLongs = false }: DecodingOptions = {},
): Verdict | Refusal {
  if (bytes === null || bytes.length === 0) return refused('must be a JSON object, not an empty value');
  if (bytes.length > maxBytes) {
    return refused(`must be at most ${maxBytes} bytes, not ${bytes.length}`);
  }
  // Buffer.toString alone would put U+FFFD in place of what it cannot read, and the loss would go unseen.
  if (!isUtf8(bytes)) return refused('must be UTF-8');
  const decoded = bytes.toString('utf8');
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  let value: unknown;
  try {
    value = parseJson(text, { areLongs });
  } catch (error) {
    if (error instanceof RangeError) return refused(error.message);
    const named = namesNonNumbers ? faultsOfNonNumbers(text, validate) : undefined;
    return named ?? refused('must be JSON');
  }
  return validate(value);
}

/** Undefined where it is no JSON for another reason, or where they stand in fields that nobody knows. */
function faultsOfNonNumbers<Verdict extends { readonly valid: boolean }>(
  text: string,
  validate: (value: unknown) => Verdict,
): Verdict | undefined {
  const value = parseNonNumbers(text);
  const verdict = value === undefined ? undefined : validate(value);
  return verdict?.valid ? undefined : verdict;
}

function refused(detail: string): Refusal {
  return { valid: false, faults: [faultAt(undefined, detail)] };
}

import { faultAt, type FieldFault, MAX_FAULTS } from '../../platform/validation/field-fault.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import { Reading } from './reading.js';

/** Readings that one request may bring. */
export const MAX_READINGS = 1_000;

/** What is measured may be no number for whoever encodes it. */
const NAMED = { namesNonNumbers: true };

const validate = compileValidator(Reading, 'a reading');

/** What a request brings; all of it is valid, or nothing is taken. */
export interface DecodedReadings {
  readonly valid: true;
  readonly readings: readonly Reading[];
}

/** The value of an event. Its sender may be newer than we are, so fields that we do not know are let pass. Never throws. */
export function decodeReading(value: Buffer | null): Acceptance<Reading> | Refusal {
  return decodeJson(value, (decoded) => validate(decoded, 'ignore'), NAMED);
}

/** The body of a request: a reading, or a list of them. A field that we do not know is refused by name. Never throws. */
export function decodeReadings(body: Buffer | null): DecodedReadings | Refusal {
  return decodeJson(
    body,
    (decoded): DecodedReadings | Refusal => {
      if (Array.isArray(decoded)) return readingsOf(decoded);
      const verdict = validate(decoded, 'refuse');
      return verdict.valid ? { valid: true, readings: [verdict.model] } : verdict;
    },
    NAMED,
  );
}

function readingsOf(list: readonly unknown[]): DecodedReadings | Refusal {
  if (list.length === 0 || list.length > MAX_READINGS) {
    const detail = `must be a reading, or a list of 1 to ${MAX_READINGS} readings, not of ${list.length}`;
    return { valid: false, faults: [faultAt(undefined, detail)] };
  }
  const readings: Reading[] = [];
  const faults: FieldFault[] = [];
  for (const [index, element] of list.entries()) {
    const verdict = validate(element, 'refuse', { before: undefined, step: index });
    if (verdict.valid) readings.push(verdict.model);
    else faults.push(...verdict.faults);
    if (faults.length >= MAX_FAULTS) break;
  }
  return faults.length === 0
    ? { valid: true, readings }
    : { valid: false, faults: faults.slice(0, MAX_FAULTS) };
}

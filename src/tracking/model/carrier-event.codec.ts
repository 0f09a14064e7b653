import { faultAt, type FieldFault, MAX_FAULTS } from '../../platform/validation/field-fault.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import { CarrierEvent } from './carrier-event.js';

/** Events that one request may bring. */
export const MAX_EVENTS = 1_000;

const validate = compileValidator(CarrierEvent, 'a carrier event');

/** What a request brings; all of it is valid, or nothing is taken. */
export interface DecodedEvents {
  readonly valid: true;
  readonly events: readonly CarrierEvent[];
  /** Whether they came as a list, by whose places a fault is told. */
  readonly isList: boolean;
}

/** The value of an event. Its sender may be newer than we are, so fields that we do not know are let pass. Never throws. */
export function decodeCarrierEvent(value: Buffer | null): Acceptance<CarrierEvent> | Refusal {
  return decodeJson(value, (decoded) => validate(decoded, 'ignore'));
}

/** The body of a request: an event, or a list of them. A field that we do not know is refused by name. Never throws. */
export function decodeCarrierEvents(body: Buffer | null): DecodedEvents | Refusal {
  return decodeJson(body, (decoded): DecodedEvents | Refusal => {
    if (Array.isArray(decoded)) return eventsOf(decoded);
    const verdict = validate(decoded, 'refuse');
    return verdict.valid ? { valid: true, events: [verdict.model], isList: false } : verdict;
  });
}

function eventsOf(list: readonly unknown[]): DecodedEvents | Refusal {
  if (list.length === 0 || list.length > MAX_EVENTS) {
    const detail = `must be an event, or a list of 1 to ${MAX_EVENTS} events, not of ${list.length}`;
    return { valid: false, faults: [faultAt(undefined, detail)] };
  }
  const events: CarrierEvent[] = [];
  const faults: FieldFault[] = [];
  for (const [index, element] of list.entries()) {
    const verdict = validate(element, 'refuse', { before: undefined, step: index });
    if (verdict.valid) events.push(verdict.model);
    else faults.push(...verdict.faults);
    if (faults.length >= MAX_FAULTS) break;
  }
  return faults.length === 0
    ? { valid: true, events, isList: true }
    : { valid: false, faults: faults.slice(0, MAX_FAULTS) };
}

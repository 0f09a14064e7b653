import { isWellFormed } from './storable-text.js';

const PLAIN_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;
const MAX_QUOTED_CHARACTERS = 64;
/** A longer pointer says nothing to anybody, and names come from the sender. */
const MAX_POINTER_CHARACTERS = 512;

/** The way from the whole value to a place in it, last step first. The names are as they came. */
export interface Steps {
  readonly before: Steps | undefined;
  /** A field's name or an element's index. */
  readonly step: string | number;
}

/**
 * The place as one would write it in code: `payment.amount`, `items[0].sale`, '' for the whole value. A name that would
 * make it ambiguous, unprintable or endless is quoted as JSON and cut after 64 characters: `delivery["a.b"]`.
 */
export function pathOf(steps: Steps | undefined): string {
  if (steps === undefined) return '';
  const parent = pathOf(steps.before);
  const { step } = steps;
  if (typeof step === 'number') return `${parent}[${step}]`;
  if (!PLAIN_NAME.test(step)) return `${parent}[${JSON.stringify(cut(step))}]`;
  return parent === '' ? step : `${parent}.${step}`;
}

/**
 * The place as a JSON Pointer in a URI fragment (RFC 6901, section 6): `#/items/0/sale`, `#` for the whole value.
 * Undefined where a name is too long, or is no Unicode text and so cannot stand in a URI.
 */
export function pointerOf(steps: Steps | undefined): string | undefined {
  if (steps === undefined) return '#';
  const parent = pointerOf(steps.before);
  const name = String(steps.step);
  if (parent === undefined || name.length > MAX_POINTER_CHARACTERS || !isWellFormed(name)) return undefined;
  const pointer = `${parent}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
  return pointer.length > MAX_POINTER_CHARACTERS ? undefined : pointer;
}

function cut(name: string): string {
  return name.length <= MAX_QUOTED_CHARACTERS ? name : `${name.slice(0, MAX_QUOTED_CHARACTERS)}…`;
}

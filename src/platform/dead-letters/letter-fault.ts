import { isUtf8 } from 'node:buffer';
import { pointerOf, type Steps } from '../validation/field-path.js';
import { isJsonObject } from '../validation/field-rules.js';
import { parseJson, parseNonNumbers } from '../validation/json-text.js';

/** The field that an event was refused for. */
export interface LetterFault {
  /** `payment.amount`, `items[0].sale`; '' is the whole value. */
  readonly field: string;
  /** The same place as a JSON Pointer in a URI fragment (RFC 6901, section 6). */
  readonly pointer: string;
  /** What was expected there: 'must be a whole number from 0 to 100, not 101'. */
  readonly expected: string;
}

const WHOLE_VALUE = /^the value ([^;]+)/;
/** A name as `pathOf` writes it, bare or quoted as JSON. */
const NAME = String.raw`[A-Za-z_$][\w$-]*`;
const QUOTED = String.raw`\["(?:[^"\\]|\\.)*"\]`;
const FIELD = new RegExp(String.raw`^((?:${NAME}|${QUOTED})(?:\.${NAME}|\[\d+\]|${QUOTED})*) ([^;]+)`);
const STEP = new RegExp(String.raw`\.?(${NAME})|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]`, 'g');

/**
 * The first fault that a reason tells of, as `describeFaults` writes it. Not every reason is about a field, so it is
 * believed only where the value has the field, or has it missing where the reason says so.
 */
export function faultOf(reason: string, value: Buffer | null): LetterFault | null {
  const [, ofWhole] = WHOLE_VALUE.exec(reason) ?? [];
  if (ofWhole !== undefined) return { field: '', pointer: '#', expected: ofWhole };
  const [, field = '', expected = ''] = FIELD.exec(reason) ?? [];
  if (field === '' || value === null) return null;
  const steps = stepsOf(field);
  const pointer = pointerOf(linked(steps));
  if (pointer === undefined || !stands(steps, valueOf(value), expected)) return null;
  return { field, pointer, expected };
}

function stepsOf(field: string): (string | number)[] {
  return [...field.matchAll(STEP)].map(([, name, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return name ?? (JSON.parse(quoted!) as string);
  });
}

function linked(steps: readonly (string | number)[]): Steps | undefined {
  return steps.reduce<Steps | undefined>((before, step) => ({ before, step }), undefined);
}

/** As it was read when it was refused. Undefined where it is no JSON. */
function valueOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    return parseJson(text);
  } catch {
    return parseNonNumbers(text);
  }
}

function stands(steps: readonly (string | number)[], root: unknown, expected: string): boolean {
  let value = root;
  for (const [at, step] of steps.entries()) {
    const isLast = at === steps.length - 1;
    const holds = typeof step === 'number' ? Array.isArray(value) : isJsonObject(value);
    if (!holds) return false;
    if (!Object.hasOwn(value as object, step)) return isLast && expected.startsWith('is missing');
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

import { pathOf, pointerOf, type Steps } from './field-path.js';

/** One thing that is wrong with a value, in words that its sender can act on. Never quotes the sender's text. */
export interface FieldFault {
  /** `payment.amount`, `items[0].sale`; '' is the whole value. */
  readonly path: string;
  /** The same place as a JSON Pointer in a URI fragment: `#/payment/amount`; not there where there can be none. */
  readonly pointer?: string;
  /** What is wrong and what was expected: 'must be a whole number from 0 to 100, not 101'. */
  readonly detail: string;
}

export function faultAt(steps: Steps | undefined, detail: string): FieldFault {
  return { path: pathOf(steps), pointer: pointerOf(steps), detail };
}

/** Enough to mend a message by, and a bound on what a hostile message can make us write. */
export const MAX_FAULTS = 100;

/** All faults in one line: `payment.amount must be …; items[0].sale must be …`. */
export function describeFaults(faults: readonly FieldFault[]): string {
  return faults.map(({ path, detail }) => `${path === '' ? 'the value' : path} ${detail}`).join('; ');
}

import { cursorOf, placeOf } from '../http/pages.js';
import type { Check } from '../http/request-parameters.js';
import { parseDeadLetterId } from './dead-letter-id.js';

/** Up to where letters were counted: what came in since then, or failed again, was not among them. */
export interface SeenLetters {
  readonly highestId: number;
  /** Microseconds since the Unix epoch. */
  readonly countedAtUs: number;
}

export const SEEN = 'what a dry run came with';

export const seenText = ({ highestId, countedAtUs }: SeenLetters): string => cursorOf(highestId, countedAtUs);

export const aSeen: Check<SeenLetters> = (text) => {
  const [id = '', countedAtUs = '', ...others] = placeOf(text);
  const highestId = id === '0' ? 0 : parseDeadLetterId(id);
  if (highestId === undefined || !/^\d{1,16}$/.test(countedAtUs) || others.length > 0) return undefined;
  return { highestId, countedAtUs: Number(countedAtUs) };
};

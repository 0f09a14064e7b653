import { aText, type Check, ParameterReader } from '../../platform/http/request-parameters.js';
import { countCharacters, isWellFormed } from '../../platform/validation/storable-text.js';
import { MAX_AUTHOR_CHARACTERS, MAX_NOTE_CHARACTERS } from '../model/order-note.js';
import { fieldsOf } from './request-fields.js';

/** A note as it came. */
export interface NoteRequest {
  readonly text: string;
  readonly author: string;
}

const aTextOf =
  (maxCharacters: number): Check<string> =>
  (text) => {
    // A character takes two UTF-16 units at most, so what is far too long is not counted.
    if (text.length > maxCharacters * 2 || !isWellFormed(text) || !/\S/.test(text)) return undefined;
    return countCharacters(text) <= maxCharacters ? aText(text) : undefined;
  };
const expected = (maxCharacters: number): string =>
  `a text of 1 to ${maxCharacters} characters that is not blank`;

/** @throws ProblemError 400 naming every field that is at fault */
export function parseNoteRequest(body: Buffer): NoteRequest {
  const reader = new ParameterReader(fieldsOf(body));
  const taken = (name: string, maxCharacters: number): string | undefined =>
    reader.require(name, aTextOf(maxCharacters), expected(maxCharacters));
  const text = taken('text', MAX_NOTE_CHARACTERS);
  const author = taken('author', MAX_AUTHOR_CHARACTERS);
  reader.refuseOthers('is not a field of this request');
  reader.throwFaults('the request');
  return { text: text!, author: author! };
}

import { ParameterReader } from '../../platform/http/request-parameters.js';
import { aTextOf, expectedTextOf } from '../../platform/http/text-check.js';
import { MAX_AUTHOR_CHARACTERS, MAX_NOTE_CHARACTERS } from '../model/order-note.js';
import { fieldsOf } from './request-fields.js';

/** A note as it came. */
export interface NoteRequest {
  readonly text: string;
  readonly author: string;
}

/** @throws ProblemError 400 naming every field that is at fault */
export function parseNoteRequest(body: Buffer): NoteRequest {
  const reader = new ParameterReader(fieldsOf(body));
  const taken = (name: string, maxCharacters: number): string | undefined =>
    reader.require(name, aTextOf(maxCharacters), expectedTextOf(maxCharacters));
  const text = taken('text', MAX_NOTE_CHARACTERS);
  const author = taken('author', MAX_AUTHOR_CHARACTERS);
  reader.refuseOthers('is not a field of this request');
  reader.throwFaults('the request');
  return { text: text!, author: author! };
}

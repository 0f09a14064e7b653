import { isUtf8 } from 'node:buffer';
import { takeLimit } from '../../platform/http/pages.js';
import { type Check, ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import { countCharacters, isWellFormed } from '../../platform/validation/storable-text.js';

export const MAX_LIMIT = 10_000;
export const MAX_FILTER_CHARACTERS = 256;

/** What `GET <prefix>/users` is asked for, checked. */
export interface CustomerListQuery {
  readonly limit: number;
  /** The id that the page before ended with. */
  readonly after?: string;
  /** What the ids contain. */
  readonly filter?: string;
}

/** Begins a cursor, so that there is one of the empty id. */
const CURSOR_MARK = 'i';

/** The cursor of the page after an id, which may be of any characters, or none: opaque to the client. */
export const cursorAfter = (accountId: string): string =>
  CURSOR_MARK + Buffer.from(accountId).toString('base64url');

const aCursor: Check<string> = (text) => {
  const bytes = Buffer.from(text.slice(CURSOR_MARK.length), 'base64url');
  if (CURSOR_MARK + bytes.toString('base64url') !== text || !isUtf8(bytes)) return undefined;
  return bytes.toString();
};

/** Blanks are as good as any other characters: ids may hold them. */
const aFilter: Check<string> = (text) => {
  // A character takes two UTF-16 units at most, so what is far too long is not counted.
  if (text === '' || text.length > MAX_FILTER_CHARACTERS * 2 || !isWellFormed(text)) return undefined;
  return countCharacters(text) <= MAX_FILTER_CHARACTERS ? text : undefined;
};

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseCustomerListQuery(parameters: Parameters): CustomerListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aCursor, 'a cursor from the Link header of a page');
  const filter = reader.take('filter', aFilter, `a text of 1 to ${MAX_FILTER_CHARACTERS} characters`);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, ...(after !== undefined && { after }), ...(filter !== undefined && { filter }) };
}

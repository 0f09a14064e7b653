import { ProblemError } from '../http/problem.js';
import {
  aTruth,
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../http/request-parameters.js';
import {
  type DeadLetterFilter,
  FILTER_NAMES,
  isEmptyFilter,
  takeDeadLetterFilter,
} from './dead-letter-filter.js';
import { MAX_DEAD_LETTER_ID, parseDeadLetterId } from './dead-letter-id.js';
import { aSeen, SEEN, type SeenLetters } from './seen-letters.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** A filter is a few names and texts. What is nested as deep as a megabyte allows would take half a second to parse. */
const MAX_FILTER_BYTES = 16_384;

export const EXPECTED_ID = `must be a whole number from 1 to ${MAX_DEAD_LETTER_ID}`;

/** Which page of the list is asked for. */
export interface DeadLetterListQuery {
  readonly limit: number;
  readonly belowId?: number;
  readonly filter: DeadLetterFilter;
}

const aCursor: Check<number> = (text) => parseDeadLetterId(Buffer.from(text, 'base64url').toString('latin1'));

/** The cursor of the page below an id: opaque to the client. */
export function cursorOf(belowId: number): string {
  return Buffer.from(String(belowId), 'latin1').toString('base64url');
}

export function takeListQuery(parameters: ParameterReader): DeadLetterListQuery {
  const limit = parameters.take('limit', aWholeNumber(1, MAX_LIMIT), `a whole number from 1 to ${MAX_LIMIT}`);
  const belowId = parameters.take('cursor', aCursor, 'a cursor that a page of the list came with');
  return { limit: limit ?? DEFAULT_LIMIT, belowId, filter: takeDeadLetterFilter(parameters) };
}

/** A filter alone. @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseFilter(parameters: Parameters): DeadLetterFilter {
  const reader = new ParameterReader(parameters);
  const filter = takeDeadLetterFilter(reader);
  reader.refuseOthers('is no filter of dead letters');
  reader.throwFaults('the query');
  return filter;
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseListQuery(parameters: Parameters): DeadLetterListQuery {
  const reader = new ParameterReader(parameters);
  const query = takeListQuery(reader);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return query;
}

/** @throws ProblemError 400 */
export function parseIdParameter(text: string): number {
  const id = parseDeadLetterId(text);
  if (id !== undefined) return id;
  throw new ProblemError(400, `id ${EXPECTED_ID}`, { errors: [{ path: 'id', detail: EXPECTED_ID }] });
}

/** Many letters at once. */
export interface BulkRequest {
  readonly filter: DeadLetterFilter;
  /** Only to be counted. */
  readonly dryRun: boolean;
  /** Where they were counted before: nothing else is meant. */
  readonly seen?: SeenLetters | undefined;
}

/**
 * Letters that were replayed already are meant only where the state says so.
 *
 * @throws ProblemError 400
 */
export function parseBulkReplay(query: Parameters, body: Buffer | undefined): BulkRequest {
  const { filter, ...how } = parseBulk(query, body);
  return { filter: { ...filter, state: filter.state ?? 'waiting' }, ...how };
}

/**
 * The filter may come as the query or as the body. All letters are meant only where `all` says so: a forgotten filter must
 * not send, or discard, everything.
 *
 * @throws ProblemError 400
 */
export function parseBulk(query: Parameters, body: Buffer | undefined): BulkRequest {
  const fields = body === undefined || body.length === 0 ? {} : fieldsOf(body);
  const reader = new ParameterReader({ ...fields, ...query });
  for (const path of Object.keys(query).filter((name) => Object.hasOwn(fields, name))) {
    reader.fault(path, 'must be given once, in the query or in the body');
  }
  const dryRun = reader.take('dry_run', aTruth, 'true or false') ?? false;
  const all = reader.take('all', aTruth, 'true or false') ?? false;
  const seen = reader.take('seen', aSeen, SEEN);
  const filter = takeDeadLetterFilter(reader);
  reader.refuseOthers('is not a parameter of this request');
  if (reader.faults.length === 0 && isEmptyFilter(filter) && !all) {
    const detail = `must be true where none of ${FILTER_NAMES.join(', ')} is given`;
    reader.fault('all', detail);
  }
  reader.throwFaults('the request');
  return { filter, dryRun, seen };
}

/** JSON has truth values of its own, which a query does not. */
function fieldsOf(body: Buffer): Parameters {
  if (body.length > MAX_FILTER_BYTES) {
    throw new ProblemError(413, `a filter is larger than ${MAX_FILTER_BYTES / 1_024} KiB`);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(body.toString('utf8'));
  } catch {
    fields = undefined;
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    const detail = 'must be a JSON object';
    throw new ProblemError(400, `the body ${detail}`, { errors: [{ path: '', detail }] });
  }
  const texts = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'boolean' ? String(value) : value,
  ]);
  return Object.fromEntries(texts) as Parameters;
}

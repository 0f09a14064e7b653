import type { FastifyRequest } from 'fastify';
import { aWholeNumber, type ParameterReader } from '../../platform/http/request-parameters.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { FieldFault } from '../../platform/validation/field-fault.js';
import type { EntriesSettings } from '../entries.settings.js';
import type { EntryWrite } from '../model/entry-write.js';
import { type EntryContent, MAX_TTL_SECONDS, MAX_VALUE_BYTES } from '../model/stored-entry.js';
import { entryKeyOf, parametersOf, requireNoFaults, takeEntryKey } from './entry-parameters.js';
import { requireFit } from './entry-problems.js';
import { foreignContent, isJsonType, unsupported } from './foreign-content.js';
import { contentOf, membersOfBody } from './json-content.js';
import { conditionsOf } from './write-conditions.js';

/** Around the value stand its name, ttl, metadata, and blanks. */
export const MAX_ENTRY_BODY_BYTES = MAX_VALUE_BYTES + 64 * 1_024;

type Mode = EntriesSettings['ENTRIES_WRITE'];

const TTL = 'ttl';
const NOTHING = Buffer.alloc(0);

/**
 * The write that a POST or PUT asks for.
 *
 * @throws ProblemError 400 naming what is not valid, 413 for a value that is too large, 415 for a body of which is not said
 *   what it is
 */
export function setRequestOf(request: FastifyRequest, body: Buffer | undefined, mode: Mode): EntryWrite {
  const reader = parametersOf(request);
  const key = takeEntryKey(reader, request);
  const type = request.headers['content-type'];
  const isJson = type === undefined || isJsonType(type);
  const ttlSeconds = isJson ? undefined : takeTtl(reader);
  requireNoFaults(reader);
  const conditions = conditionsOf(request.headers, mode);
  const content = isJson
    ? jsonContent(body ?? NOTHING, type)
    : foreignContent(body ?? NOTHING, type, ttlSeconds);
  return { ...key, ...conditions, content };
}

/** The write that a DELETE asks for. @throws ProblemError 400 */
export function deleteRequestOf(request: FastifyRequest, mode: Mode): EntryWrite {
  return { ...entryKeyOf(request), ...conditionsOf(request.headers, mode), content: undefined };
}

const takeTtl = (reader: ParameterReader): number | undefined =>
  reader.take(
    TTL,
    aWholeNumber(0, MAX_TTL_SECONDS),
    `a whole number of seconds from 0 to ${MAX_TTL_SECONDS}`,
  );

function jsonContent(body: Buffer, type: string | undefined): EntryContent {
  // A request with neither a body nor its type lacks the value.
  if (type === undefined && body.length > 0)
    throw unsupported('must be there: application/json, or what the body is');
  const faults: FieldFault[] = [];
  const content = contentOf(membersOfBody(body, 'the entry', 1), faults);
  if (faults.length > 0) throw invalidRequest('the entry', faults);
  requireFit(content.value);
  return content;
}

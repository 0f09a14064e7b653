import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../../platform/http/problem.js';
import { type Check, ParameterReader } from '../../platform/http/request-parameters.js';
import { queryOf } from '../../platform/http/url-query.js';
import { ENTRY_NAME, type EntryKey, GLOBAL_INSTANCE, isEntryName, textOfLatin1 } from '../model/entry-key.js';

const KEY = 'key';
const INSTANCE_HEADER = 'X-Instance-ID';
const INSTANCE_PARAMETER = 'instance_id';

/**
 * All that a request target may be made of (RFC 9112, section 3.2). A client that leaves another character as it is would not
 * be understood: a `#` ends the path for some, and bytes beyond ASCII could be of any encoding.
 */
const TARGET = /^[\x21\x22\x24-\x7e]*$/;

/** The parameters of a request's query. @throws ProblemError 400 for a URL that is none */
export function parametersOf({ url }: FastifyRequest): ParameterReader {
  if (!TARGET.test(url)) {
    throw new ProblemError(400, 'the URL has a character that must be percent-encoded');
  }
  return new ParameterReader(queryOf(url));
}

const aName: Check<string> = (text) => (isEntryName(text) ? text : undefined);

/** The entry that the path of a request names. What is wrong with it is a fault of the reader. */
export function takeEntryKey(reader: ParameterReader, request: FastifyRequest): EntryKey {
  const { key } = request.params as { readonly key: string };
  if (!isEntryName(key)) reader.fault(KEY, `must be ${ENTRY_NAME}`);
  return { instance: takeInstance(reader, request), key };
}

/** The tenant that a request is of, by its header or its query. What is wrong with it is a fault of the reader. */
export function takeInstance(reader: ParameterReader, { raw }: FastifyRequest): string {
  const byQuery = reader.take(INSTANCE_PARAMETER, aName, ENTRY_NAME);
  const byHeader = instanceOfHeader(reader, raw.headersDistinct[INSTANCE_HEADER.toLowerCase()]);
  if (byHeader !== undefined && byQuery !== undefined && byHeader !== byQuery) {
    reader.fault(INSTANCE_PARAMETER, `must be that of ${INSTANCE_HEADER}`);
  }
  return byHeader ?? byQuery ?? GLOBAL_INSTANCE;
}

function instanceOfHeader(
  reader: ParameterReader,
  fields: readonly string[] | undefined,
): string | undefined {
  if (fields === undefined) return undefined;
  const [field = '', ...others] = fields;
  const instance = others.length > 0 ? undefined : textOfLatin1(field);
  if (instance !== undefined && isEntryName(instance)) return instance;
  reader.fault(INSTANCE_HEADER, `must be ${ENTRY_NAME}, given once`);
  return undefined;
}

/** Ends the reading. @throws ProblemError 400 for anything that is wrong, or not known */
export function requireNoFaults(reader: ParameterReader): void {
  reader.refuseOthers('is not a parameter here');
  reader.throwFaults('the request');
}

/** The entry that a request without other parameters names. @throws ProblemError 400 */
export function entryKeyOf(request: FastifyRequest): EntryKey {
  const reader = parametersOf(request);
  const key = takeEntryKey(reader, request);
  requireNoFaults(reader);
  return key;
}

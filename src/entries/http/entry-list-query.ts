import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { takeLimit } from '../../platform/http/pages.js';
import type { Check } from '../../platform/http/request-parameters.js';
import { isEntryName, MAX_NAME_BYTES } from '../model/entry-key.js';
import type { EntryPageQuery } from '../model/entry-page.js';
import { parametersOf, requireNoFaults, takeInstance } from './entry-parameters.js';

export const MAX_LIMIT = 1_000;

/** The cursor of the page behind a key, which may be of any characters: opaque to the client. */
export const cursorBehind = (key: string): string => Buffer.from(key).toString('base64url');

const aCursor: Check<string> = (text) => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text || !isUtf8(bytes)) return undefined;
  const key = bytes.toString();
  return isEntryName(key) ? key : undefined;
};

const aPrefix: Check<string> = (text) => (text === '' || isEntryName(text) ? text : undefined);

/** What `GET /v1/cache` asks for. @throws ProblemError 400 naming each parameter that is not valid */
export function listQueryOf(request: FastifyRequest): EntryPageQuery {
  const reader = parametersOf(request);
  const instance = takeInstance(reader, request);
  const prefix = reader.take('prefix', aPrefix, `a text of at most ${MAX_NAME_BYTES} bytes`) ?? '';
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aCursor, 'a cursor from the Link header of a page');
  requireNoFaults(reader);
  return { instance, prefix, after, limit };
}

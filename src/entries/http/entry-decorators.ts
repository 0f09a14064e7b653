import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { schemaRef } from '../../platform/http/api-facts.js';

const PROBLEM = schemaRef('EntryProblem');

/** Whose entries are meant, and what any of these requests may get. */
export const ForInstance = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'X-Instance-ID',
      required: false,
      description: 'The tenant, in UTF-8; "global" where neither this nor instance_id is given',
    }),
    ApiQuery({ name: 'instance_id', required: false, schema: { type: 'string' } }),
    ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM }),
    ApiResponse({ status: 429, description: 'This address has asked too often', schema: PROBLEM }),
    ApiResponse({ status: 503, description: 'No store that may be believed has answered', schema: PROBLEM }),
  );

/** One entry, by the path. */
export const OfOneEntry = (): MethodDecorator =>
  applyDecorators(
    ForInstance(),
    ApiParam({ name: 'key', description: 'Decoded once', schema: { type: 'string' } }),
  );

/** What writes of one entry share. */
export const WritesOneEntry = (): MethodDecorator =>
  applyDecorators(
    OfOneEntry(),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The write is made when the entry has one of these ETags; * for any',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The write is made when the entry has none of these ETags; * for when there is none',
    }),
    ApiHeader({
      name: 'X-Write-Timestamp',
      required: false,
      description: 'RFC 3339; the write is made unless what is held was written later',
    }),
    ApiResponse({
      status: 202,
      description: 'It will be stored (ENTRIES_WRITE=behind)',
      schema: schemaRef('AcceptedEntry'),
    }),
    ApiResponse({ status: 409, description: 'What is held was written later', schema: PROBLEM }),
    ApiResponse({ status: 412, description: 'A condition is not met', schema: PROBLEM }),
  );

/** A route whose body is larger than it may be, or is not said what it is. */
export const TakesBody = (sizes: string): MethodDecorator =>
  applyDecorators(
    ApiResponse({ status: 413, description: sizes, schema: PROBLEM }),
    ApiResponse({
      status: 415,
      description: 'Content-Type is missing, or is none that is taken',
      schema: PROBLEM,
    }),
  );

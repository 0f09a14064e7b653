import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { MAX_BODY_BYTES } from './incoming-body.js';
import { ReadsBody } from './request-bodies.js';

const MIB = 1_048_576;
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** A route whose body is read, and has to be JSON, as it describes itself; `requireJson` looks at the type. */
export const ReadsJson = (maxBodyBytes = MAX_BODY_BYTES): MethodDecorator =>
  applyDecorators(
    ReadsBody(maxBodyBytes),
    ApiResponse({ status: 413, description: `Larger than ${maxBodyBytes / MIB} MiB`, schema: PROBLEM }),
    ApiResponse({ status: 415, description: 'Not application/json', schema: PROBLEM }),
  );

/**
 * A route that may be asked again under one Idempotency-Key, as it describes itself; `IdempotencyKeys` sees to it.
 *
 * @param effect what comes of the same key and body, after "the first answer again"
 */
export const MayBeKeyed = (effect = ''): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: `The same key and body get the first answer again${effect}`,
    }),
    ApiResponse({
      status: 422,
      description: 'This Idempotency-Key came with another body before',
      schema: PROBLEM,
    }),
  );

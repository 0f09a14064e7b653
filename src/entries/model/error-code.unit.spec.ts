import { expect, it } from 'vitest';
import { errorCodeOf } from './error-code.js';

it.each([
  [400, 'INVALID_REQUEST'],
  [404, 'NOT_FOUND'],
  [405, 'INVALID_REQUEST'],
  [408, 'INVALID_REQUEST'],
  [409, 'VERSION_MISMATCH'],
  [412, 'VERSION_MISMATCH'],
  [413, 'TOO_LARGE'],
  [415, 'INVALID_REQUEST'],
  [429, 'RATE_LIMITED'],
  [500, 'INTERNAL_ERROR'],
  [503, 'UNAVAILABLE'],
])('%i is %s', (status, code) => {
  expect(errorCodeOf(status)).toBe(code);
});

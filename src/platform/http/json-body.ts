import { ProblemError } from './problem.js';

/** @throws ProblemError 415 when a body is said to be something else than JSON, or nothing is said */
export const requireJson = (contentType: string | undefined): void =>
  requireMediaType(contentType, 'application/json');

/** @throws ProblemError 415 when a body is said to be something else, or nothing is said */
export function requireMediaType(contentType: string | undefined, expected: string): void {
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() === expected) return;
  const detail = `must be ${expected}`;
  throw new ProblemError(415, `Content-Type ${detail}`, {
    errors: [{ path: 'Content-Type', detail }],
    headers: { accept: expected },
  });
}

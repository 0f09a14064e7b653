import { ProblemError } from './problem.js';

/** @throws ProblemError 415 when a body is said to be something else than JSON, or nothing is said */
export function requireJson(contentType: string | undefined): void {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/json') return;
  const detail = 'must be application/json';
  throw new ProblemError(415, `Content-Type ${detail}`, {
    errors: [{ path: 'Content-Type', detail }],
    headers: { accept: 'application/json' },
  });
}

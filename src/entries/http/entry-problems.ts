import type { ProblemMembers } from '../../platform/http/problem-members.js';
import { type ProblemContent, ProblemError } from '../../platform/http/problem.js';
import { errorCodeOf } from '../model/error-code.js';
import { MAX_VALUE_BYTES } from '../model/stored-entry.js';

/** Beside what the errors of the house have: a sentence and a code for programs. */
export const entryProblemMembers: ProblemMembers = ({ status, message }) => ({
  error: message,
  code: errorCodeOf(status),
});

const withMembers = (problem: ProblemContent): ProblemContent => ({
  ...problem,
  members: entryProblemMembers(problem),
});

export const NOT_FOUND = withMembers({ status: 404, message: 'Cache entry not found' });

export const LOADED_AS_CODE = withMembers({
  status: 403,
  message: 'what others have put here is not given to a page as a part of itself, such as a script',
});

export const MISMATCHED = withMembers({
  status: 412,
  message: 'the cache entry is not as If-Match or If-None-Match says; nothing was written',
});

export const OUTDATED = withMembers({
  status: 409,
  message: 'what is held was written later than X-Write-Timestamp says; nothing was written',
});

/** @throws ProblemError 413 */
export function requireFit(value: Buffer): void {
  if (value.length <= MAX_VALUE_BYTES) return;
  throw new ProblemError(413, `the value is larger than ${MAX_VALUE_BYTES} bytes`);
}

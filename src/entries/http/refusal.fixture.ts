import type { ProblemError } from '../../platform/http/problem.js';

/** What is said is wrong with a request. @throws Error when it is not refused */
export function refusalOf(read: () => unknown): { status: number; paths: string[] } {
  try {
    read();
  } catch (error) {
    const { status, errors = [] } = error as ProblemError;
    return { status, paths: errors.map(({ path }) => path) };
  }
  throw new Error('it is not refused');
}

import { STATUS_CODES } from 'node:http';
import type { Answer } from './answer.js';
import type { Problem, ProblemContent } from './problem.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function bodyOf(problem: ProblemContent, instance?: string): string {
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    instance,
    errors: problem.errors,
  };
  return JSON.stringify(body);
}

/** The one answer to a request that cannot be answered as it asks. @param url as it was asked for, with its query */
export function problemAnswer(problem: ProblemContent, url: string): Answer {
  const body = bodyOf(problem, pathOf(url));
  const own = problem.headers ?? {};
  const headers: string[] = [];
  for (const name in own) headers.push(name, own[name]!);
  const length = String(Buffer.byteLength(body));
  headers.push('content-type', PROBLEM_TYPE, 'cache-control', 'no-store', 'content-length', length);
  return { status: problem.status, headers, body };
}

export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

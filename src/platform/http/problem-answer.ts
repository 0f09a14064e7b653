import { STATUS_CODES } from 'node:http';
import type { Answer } from './answer.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { Problem, ProblemContent } from './problem.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Enough to mend a request by, and a bound on what a hostile one can make us answer. */
const MAX_ERRORS = 100;
const MAX_DETAIL_CHARACTERS = 32_768;

function atMost(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).toWellFormed()}…`;
}

export function bodyOf(problem: ProblemContent, instance?: string): string {
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: atMost(problem.message, MAX_DETAIL_CHARACTERS),
    instance,
    errors: problem.errors?.slice(0, MAX_ERRORS),
    ...problem.members,
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
  headers.push(
    'content-type',
    PROBLEM_TYPE,
    'cache-control',
    'no-store',
    ...SECURITY_HEADERS,
    'content-length',
    length,
  );
  return { status: problem.status, headers, body };
}

export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

import { expect } from 'vitest';
import type { Problem } from '../e2e/api.js';
import type { HttpAnswer, HttpCase } from './http-client.js';

/** RFC 6901, as a URI fragment. */
function resolve(root: unknown, pointer: string): { parentIsThere: boolean; isThere: boolean } {
  const steps = pointer
    .replace(/^#\/?/, '')
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  if (pointer === '#' || pointer === '') return { parentIsThere: true, isThere: true };
  let value = root;
  for (const [n, step] of steps.entries()) {
    const isContainer = typeof value === 'object' && value !== null;
    if (!isContainer || !Object.hasOwn(value as object, step)) {
      return { parentIsThere: isContainer && n === steps.length - 1, isThere: false };
    }
    value = (value as Record<string, unknown>)[step];
  }
  return { parentIsThere: true, isThere: true };
}

/** Every fault's pointer leads to a place in the body; that of a missing field, to where it is missing. */
function requirePointersResolve(problem: Problem, body: Buffer): void {
  let root: unknown;
  let isJson = true;
  try {
    root = JSON.parse(body.toString().replace(/^\uFEFF/, ''));
  } catch {
    isJson = false;
  }
  for (const { pointer, detail } of problem.errors ?? []) {
    if (pointer === undefined) continue;
    if (!isJson) {
      expect(pointer, detail).toBe('#');
      continue;
    }
    const { isThere, parentIsThere } = resolve(root, pointer);
    expect(detail.startsWith('is missing') ? parentIsThere : isThere, `${pointer} ${detail}`).toBe(true);
  }
}

/** What holds of every answer, whatever was asked. */
export function requireProperAnswer(asked: HttpCase, answer: HttpAnswer): void {
  const { status, headers, text } = answer;
  expect(status, text).toBeLessThan(500);
  if (status < 400 || asked.method === 'HEAD') return;
  expect(headers['content-type'], `${status} ${text}`).toBe('application/problem+json; charset=utf-8');
  const problem = JSON.parse(text) as Problem;
  expect(problem).toMatchObject({ type: 'about:blank', status });
  expect(problem.title).toMatch(/^[A-Z]/);
  expect(problem.detail).not.toBe('');
  expect(text).not.toMatch(/node_modules|\bat [\w.]+ \(|SELECT |INSERT /);
  if (asked.body !== undefined) requirePointersResolve(problem, asked.body);
}

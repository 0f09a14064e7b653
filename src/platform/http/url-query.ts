import { invalidRequest } from './invalid-request.js';
import type { Parameters } from './request-parameters.js';

/**
 * The query of a URL, as HTML forms write it, to the letter. Fastify's own reading leaves an escape that stands for no text
 * as it is, so that two queries may come to the same.
 *
 * @throws ProblemError 400 for an escape that is no UTF-8
 */
export function queryOf(url: string): Parameters {
  const start = url.indexOf('?');
  const values = new Map<string, string | string[]>();
  for (const pair of start < 0 ? [] : url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    const before = values.get(name);
    values.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(values);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidRequest('the query', [{ path: '', detail: 'must be UTF-8 with percent-encoding' }]);
  }
}

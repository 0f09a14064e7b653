import { invalidParameter } from '../../platform/http/invalid-request.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { ParameterReader } from '../../platform/http/request-parameters.js';
import { isJsonObject } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import { MAX_LIVES } from '../service/demo-lives.js';

export const MAX_COUNT = 1_000;

/** What a request for made-up orders asks for. */
export interface TestOrdersRequest {
  readonly count: number;
  /** Whether they are to have a whole life, and not only to come. */
  readonly life: boolean;
}

/** @throws ProblemError 400 naming what is at fault */
export function parseTestOrdersRequest(query: Parameters, body: Buffer): TestOrdersRequest {
  const { count, ...unknown } = query;
  refuseUnknown(Object.keys(unknown));
  const life = takeLife(body);
  return { life, count: parseCount(count, life ? MAX_LIVES : MAX_COUNT) };
}

/** A misspelt count would otherwise send one order. */
function refuseUnknown(names: readonly string[]): void {
  const reader = new ParameterReader(Object.fromEntries(names.map((name) => [name, ''])));
  reader.refuseOthers('is not a parameter of this request');
  reader.throwFaults('the query');
}

function parseCount(given: unknown, max: number): number {
  if (given === undefined) return 1;
  const count = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= max) return count;
  const detail = `must be a whole number from 1 to ${max}${max === MAX_LIVES ? ' where lives are played' : ''}`;
  throw invalidParameter('count', detail);
}

/** Of a body only this field counts, and only if it is a JSON object, whatever its type is said to be: `curl -d` calls it a form. */
function takeLife(body: Buffer): boolean {
  const decoded = decodeJson(body, (value) => ({ valid: true as const, value }));
  if (!decoded.valid || !isJsonObject(decoded.value) || !Object.hasOwn(decoded.value, 'life')) return false;
  const { life } = decoded.value;
  if (typeof life === 'boolean') return life;
  const detail = 'must be true or false';
  throw invalidParameter('life', detail);
}

import { isEntryName, ENTRY_NAME, type EntryKey } from '../model/entry-key.js';
import { PRIORITIES, type Priority } from '../model/entry-message.js';

/** An entry that is to be read into Redis, or why what came is no request for one. */
export type RehydrationRequest =
  { readonly entry: EntryKey; readonly priority: Priority } | { readonly reason: string };

/** @param value JSON, `{instance, key, priority}` */
export function readRehydrationRequest(value: Buffer | null): RehydrationRequest {
  const parsed = objectIn(value);
  if (parsed === undefined) return { reason: 'must be a JSON object' };
  const { instance, key, priority = 'normal' } = parsed;
  if (!isName(instance)) return { reason: `instance must be ${ENTRY_NAME}` };
  if (!isName(key)) return { reason: `key must be ${ENTRY_NAME}` };
  if (!isPriority(priority)) return { reason: `priority must be one of ${PRIORITIES.join(', ')}` };
  return { entry: { instance, key }, priority };
}

/** Those come first that are waited for the most. */
export const inOrderOfPriority = <Request extends { readonly priority: Priority }>(
  requests: readonly Request[],
): Request[] =>
  requests.toSorted((one, other) => PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority));

const isName = (value: unknown): value is string => typeof value === 'string' && isEntryName(value);
const isPriority = (value: unknown): value is Priority => (PRIORITIES as readonly unknown[]).includes(value);

function objectIn(value: Buffer | null): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value?.toString() ?? '');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

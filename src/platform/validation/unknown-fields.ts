import type { Steps } from './field-path.js';
import { isJsonObject, type ModelClass } from './field-rules.js';
import { fieldsOf } from './model-fields.js';

/** Whether fields that a model does not know are let pass, or refused by name. */
export type UnknownFieldsRule = 'ignore' | 'refuse';

/**
 * The fields that the model does not know, at most `limit`. The values of unknown fields are never looked into, so no
 * nesting of theirs can cost anything. `__proto__` is a name like any other.
 *
 * @param at where the value itself stands
 */
export function unknownFields(
  value: unknown,
  modelClass: ModelClass,
  limit: number,
  at: Steps | undefined,
): Steps[] {
  const found: Steps[] = [];
  collect(value, modelClass, at, limit, found);
  return found;
}

function collect(
  value: unknown,
  modelClass: ModelClass,
  here: Steps | undefined,
  limit: number,
  found: Steps[],
): void {
  if (!isJsonObject(value) || found.length >= limit) return;
  const fields = fieldsOf(modelClass);
  const names = Object.keys(value);
  let knownNames = 0;
  for (const { property, modelClass: heldClass, isList } of fields) {
    if (!Object.hasOwn(value, property)) continue;
    knownNames++;
    if (heldClass === undefined) continue;
    const child = value[property];
    const steps = { before: here, step: property };
    if (!isList) {
      collect(child, heldClass, steps, limit, found);
    } else if (Array.isArray(child)) {
      for (let index = 0; index < child.length && found.length < limit; index++) {
        const element: unknown = child[index];
        if (isJsonObject(element)) collect(element, heldClass, { before: steps, step: index }, limit, found);
      }
    }
  }
  // Names are compared only where their number shows that one is unknown: nearly every value passes here.
  if (names.length === knownNames) return;
  for (const name of names) {
    if (found.length >= limit) return;
    if (!fields.some(({ property }) => property === name)) found.push({ before: here, step: name });
  }
}

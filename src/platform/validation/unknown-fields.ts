import type { Steps } from './field-path.js';
import { isJsonObject } from './field-rules.js';
import type { PartClass } from './field-rules.js';
import { fieldsOf } from './model-fields.js';

/**
 * The fields that the model does not know, at most `limit`. The values of unknown fields are never looked into, so no
 * nesting of theirs can cost anything. `__proto__` is a name like any other.
 */
export function unknownFields(value: unknown, modelClass: PartClass, limit: number): Steps[] {
  const found: Steps[] = [];
  collect(value, modelClass, undefined, limit, found);
  return found;
}

function collect(
  value: unknown,
  modelClass: PartClass,
  here: Steps | undefined,
  limit: number,
  found: Steps[],
): void {
  if (!isJsonObject(value) || found.length >= limit) return;
  const fields = fieldsOf(modelClass);
  const names = Object.keys(value);
  let knownNames = 0;
  for (const { property, partClass, isList } of fields) {
    if (!Object.hasOwn(value, property)) continue;
    knownNames++;
    if (partClass === undefined) continue;
    const child = value[property];
    const steps = { before: here, step: property };
    if (!isList) {
      collect(child, partClass, steps, limit, found);
    } else if (Array.isArray(child)) {
      for (let index = 0; index < child.length && found.length < limit; index++) {
        const element: unknown = child[index];
        if (isJsonObject(element)) collect(element, partClass, { before: steps, step: index }, limit, found);
      }
    }
  }
  // Names are compared only where their number shows that one is unknown: every valid order passes here.
  if (names.length === knownNames) return;
  for (const name of names) {
    if (found.length >= limit) return;
    if (!fields.some(({ property }) => property === name)) found.push({ before: here, step: name });
  }
}

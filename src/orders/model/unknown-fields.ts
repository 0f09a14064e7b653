import { elementPath, fieldPath } from './field-path.js';
import { isJsonObject } from './field-rules.js';
import type { PartClass } from './field-rules.js';
import { fieldsOf } from './model-fields.js';

/**
 * Paths of the fields that the model does not know, at most `limit`. The values of unknown fields are never
 * looked into, so no nesting of theirs can cost anything. `__proto__` is a name like any other.
 */
export function unknownFieldPaths(value: unknown, modelClass: PartClass, limit: number): string[] {
  const paths: string[] = [];
  collect(value, modelClass, '', limit, paths);
  return paths;
}

function collect(value: unknown, modelClass: PartClass, path: string, limit: number, paths: string[]): void {
  if (!isJsonObject(value) || paths.length >= limit) return;
  const fields = fieldsOf(modelClass);
  const names = Object.keys(value);
  let knownNames = 0;
  for (const { property, partClass, isList } of fields) {
    if (!Object.hasOwn(value, property)) continue;
    knownNames++;
    if (partClass === undefined) continue;
    const child = value[property];
    if (!isList) {
      collect(child, partClass, fieldPath(path, property), limit, paths);
    } else if (Array.isArray(child)) {
      const listPath = fieldPath(path, property);
      for (let index = 0; index < child.length && paths.length < limit; index++) {
        const element: unknown = child[index];
        if (isJsonObject(element)) collect(element, partClass, elementPath(listPath, index), limit, paths);
      }
    }
  }
  // Names are compared only where their number shows that one is unknown: every valid order passes here.
  if (names.length === knownNames) return;
  for (const name of names) {
    if (paths.length >= limit) return;
    if (!fields.some(({ property }) => property === name)) paths.push(fieldPath(path, name));
  }
}

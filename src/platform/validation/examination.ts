import { validateSync } from 'class-validator';
import type { ValidatorOptions } from 'class-validator';
import { faultAt, type FieldFault, MAX_FAULTS } from './field-fault.js';
import type { Steps } from './field-path.js';
import { faultDetail, isJsonObject, kindOf, type ModelClass } from './field-rules.js';
import { fieldsOf } from './model-fields.js';

const OPTIONS: ValidatorOptions = { validationError: { target: false, value: false } };

/**
 * Validates a value against a class of a model with class-validator itself, part by part.
 *
 * Returns an instance that holds the known fields of the value, parts as instances of their classes, and the
 * faults in the order of the fields, at most MAX_FAULTS; the instance is valid only when there are none. Walks
 * no deeper than the model does, so no nesting of the value can overflow the stack.
 *
 * @param at where the value itself stands
 */
export function examine<T extends object>(
  value: unknown,
  modelClass: new () => T,
  at?: Steps,
): { readonly instance: T; readonly faults: readonly FieldFault[] } {
  const faults: FieldFault[] = [];
  const instance = examinePart(value, modelClass, at, faults);
  return { instance: instance as T, faults };
}

/** The value itself when it is no object: a list may hold anything. */
function examinePart(
  value: unknown,
  modelClass: ModelClass,
  at: Steps | undefined,
  faults: FieldFault[],
): unknown {
  if (!isJsonObject(value)) {
    faults.push(faultAt(at, faultDetail('an object', value, kindOf(value))));
    return value;
  }
  const fields = fieldsOf(modelClass);
  const instance = new modelClass() as Record<string, unknown>;
  for (const { property, hasSignedZero } of fields) {
    const field = value[property];
    instance[property] = field === 0 && !hasSignedZero ? 0 : field; // -0 is 0
  }
  const details = detailsByProperty(instance);
  for (const { property, modelClass: heldClass, isList } of fields) {
    const here = { before: at, step: property };
    for (const detail of details.get(property) ?? []) faults.push(faultAt(here, detail));
    const field = instance[property];
    if (heldClass === undefined) continue;
    if (!isList && isJsonObject(field)) instance[property] = examinePart(field, heldClass, here, faults);
    if (isList && Array.isArray(field)) instance[property] = examineList(field, heldClass, here, faults);
  }
  faults.splice(MAX_FAULTS);
  return instance;
}

function examineList(
  list: readonly unknown[],
  modelClass: ModelClass,
  at: Steps,
  faults: FieldFault[],
): unknown[] {
  const parts: unknown[] = [];
  for (let index = 0; index < list.length && faults.length < MAX_FAULTS; index++) {
    parts.push(examinePart(list[index], modelClass, { before: at, step: index }, faults));
  }
  return parts;
}

function detailsByProperty(instance: object): Map<string, readonly string[]> {
  const errors = validateSync(instance, OPTIONS);
  return new Map(errors.map((error) => [error.property, Object.values(error.constraints ?? {})]));
}

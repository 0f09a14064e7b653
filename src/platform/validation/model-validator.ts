import { examine } from './examination.js';
import { compileFastValidator } from './fast-validator.js';
import { faultAt, type FieldFault, MAX_FAULTS } from './field-fault.js';
import { pathOf, type Steps } from './field-path.js';
import { type UnknownFieldsRule, unknownFields } from './unknown-fields.js';

/** A value that is not valid: every fault of every field, at most MAX_FAULTS, at least one. */
export interface Refusal {
  readonly valid: false;
  readonly faults: readonly FieldFault[];
}

export interface Acceptance<T extends object> {
  readonly valid: true;
  /** Holds the known fields only. */
  readonly model: T;
  /** Paths of the unknown fields that were ignored, at most MAX_FAULTS. */
  readonly unknownFields: readonly string[];
}

/** As a refusal, and the known fields as they came, for rules that are about several fields; none of a value that is no object. */
export interface ModelRefusal<T extends object> extends Refusal {
  readonly model: T | undefined;
}

export type ModelVerdict<T extends object> = Acceptance<T> | ModelRefusal<T>;

/** Never throws and changes nothing of the value. `at` is where it stands in what came: an element of a list, say. */
export type ModelValidator<T extends object> = (
  value: unknown,
  unknownFields: UnknownFieldsRule,
  at?: Steps,
) => ModelVerdict<T>;

/**
 * Compiles a class of a model into a function that says of a value, as JSON.parse returns it, whether it is one. What is
 * valid is found so without class-validator (fast-validator.ts); whatever is not, class-validator judges.
 *
 * @param name of what the class stands for, with its article: 'an order'
 */
export function compileValidator<T extends object>(modelClass: new () => T, name: string): ModelValidator<T> {
  const validateFast = compileFastValidator(modelClass);
  return (value, unknownFieldsRule, at) => {
    let model = validateFast(value);
    let faults: readonly FieldFault[] = [];
    if (model === undefined) {
      const examined = examine(value, modelClass, at);
      faults = examined.faults;
      if (!(examined.instance instanceof modelClass)) return { valid: false, faults, model: undefined };
      model = examined.instance;
    }
    const unknown = unknownFields(value, modelClass, MAX_FAULTS, at);
    if (unknownFieldsRule === 'refuse' && unknown.length > 0) {
      const refused = unknown.map((steps) => faultAt(steps, `is not a field of ${name}`));
      faults = [...faults, ...refused].slice(0, MAX_FAULTS);
    }
    if (faults.length > 0) return { valid: false, faults, model };
    return { valid: true, model, unknownFields: unknown.map(pathOf) };
  };
}

import { isJsonObject, type ModelClass } from './field-rules.js';
import { fieldsOf } from './model-fields.js';

/**
 * Returns a fresh instance that holds the known fields of `value` and nothing else, or undefined for a value
 * that is not certainly valid: whether it is, and why not, class-validator says (examination.ts).
 */
export type FastValidator<T extends object> = (value: unknown) => T | undefined;

interface FastField {
  readonly property: string;
  readonly accepts: (value: unknown) => boolean;
  /** For a field that holds a part or a list of them: the parts, built; undefined when one is not accepted. */
  readonly build: ((value: unknown) => unknown) | undefined;
  readonly hasSignedZero: boolean;
}

/**
 * Compiles a class of a model, once, into a function that calls the rules' own functions one after the other.
 * class-validator's executor groups metadata and builds an error object per field on each call, which costs many
 * times what the rules themselves cost; a value that is valid, as nearly all are, needs none of that.
 */
export function compileFastValidator<T extends object>(modelClass: new () => T): FastValidator<T> {
  const fields = fieldsOf(modelClass).map((field): FastField => {
    const { property, rules, modelClass: heldClass, isList, hasSignedZero } = field;
    const [first, ...others] = rules.map((rule) => rule.accepts);
    if (first === undefined) throw new TypeError(`${modelClass.name}.${property} has no rule`);
    return {
      property,
      accepts: others.length === 0 ? first : (value) => rules.every((rule) => rule.accepts(value)),
      build: heldClass && (isList ? listBuilder(heldClass) : compileFastValidator(heldClass)),
      hasSignedZero,
    };
  });
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const instance = new modelClass();
    const target = instance as Record<string, unknown>;
    for (const { property, accepts, build, hasSignedZero } of fields) {
      const field = value[property];
      if (!accepts(field)) return undefined;
      if (build === undefined) {
        target[property] = field === 0 && !hasSignedZero ? 0 : field; // -0 is 0
        continue;
      }
      const built = build(field);
      if (built === undefined) return undefined;
      target[property] = built;
    }
    return instance;
  };
}

function listBuilder(modelClass: ModelClass): (value: unknown) => unknown {
  const validate = compileFastValidator(modelClass);
  return (value) => {
    const list = value as readonly unknown[];
    const parts: object[] = [];
    for (let index = 0; index < list.length; index++) {
      const part = validate(list[index]);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  };
}

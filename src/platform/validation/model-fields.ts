import { getMetadataStorage } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import { RULE } from './field-rules.js';
import type { PartClass } from './field-rules.js';

export interface FieldRule {
  /** One of RULE. */
  readonly name: string;
  readonly constraints: readonly unknown[];
  /** The rule's own function, as class-validator would call it. */
  readonly accepts: (value: unknown) => boolean;
}

/** One field of a class of the model, read from what its decorators told class-validator. */
export interface ModelField {
  readonly property: string;
  readonly rules: readonly FieldRule[];
  /** The class of the object, or of the objects of the list, that the field holds. */
  readonly partClass: PartClass | undefined;
  readonly isList: boolean;
}

const fieldsByClass = new Map<PartClass, readonly ModelField[]>();

/** The fields of a class of the model, in the order in which it declares them. */
export function fieldsOf(modelClass: PartClass): readonly ModelField[] {
  let fields = fieldsByClass.get(modelClass);
  if (fields === undefined) {
    fields = readFields(modelClass);
    fieldsByClass.set(modelClass, fields);
  }
  return fields;
}

function readFields(modelClass: PartClass): readonly ModelField[] {
  const storage = getMetadataStorage();
  const rulesByProperty = new Map<string, FieldRule[]>();
  for (const metadata of storage.getTargetValidationMetadatas(modelClass, '', false, false)) {
    const constraints: readonly unknown[] = metadata.constraints ?? [];
    const rules = rulesByProperty.get(metadata.propertyName) ?? [];
    rulesByProperty.set(metadata.propertyName, rules);
    const constraintMetadatas = storage.getTargetValidatorConstraints(metadata.constraintCls);
    // A decorator that class-validator runs in a way of its own (conditional, nested, each, groups) would
    // otherwise be passed over in silence, and the acceptor would let pass what class-validator refuses.
    if (constraintMetadatas.length !== 1 || metadata.each || metadata.groups?.length || metadata.validateIf) {
      throw new TypeError(
        `${modelClass.name}.${metadata.propertyName}: only rules of field-rules.ts can be derived from`,
      );
    }
    const { instance, name } = constraintMetadatas[0]!;
    const args = {
      targetName: modelClass.name,
      property: metadata.propertyName,
      constraints,
    } as ValidationArguments;
    rules.push({ name, constraints, accepts: (value) => instance.validate(value, args) === true });
  }
  return [...rulesByProperty].map(([property, rules]) => {
    const part = rules.find(({ name }) => name === RULE.part || name === RULE.listOf);
    return {
      property,
      rules,
      partClass: part?.constraints[0] as PartClass | undefined,
      isList: part?.name === RULE.listOf,
    };
  });
}

import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import { isThere, type ModelClass, RuleDefinition } from './field-rules.js';

/** One rule of a field, read from what its decorator told class-validator. */
export interface ReadRule {
  readonly name: string;
  /** Not there for a rule of class-validator's own. */
  readonly definition: RuleDefinition | undefined;
  /** The rule's own function, as class-validator would call it. */
  readonly accepts: (value: unknown) => boolean;
}

/** One field of a class of a model. */
export interface ModelField {
  readonly property: string;
  readonly rules: readonly ReadRule[];
  /** The class of the object, or of the objects of the list, that the field holds. */
  readonly modelClass: ModelClass | undefined;
  readonly isList: boolean;
  /** Whether it may be missing. */
  readonly isOptional: boolean;
  /** Whether -0 stays what it is. */
  readonly hasSignedZero: boolean;
}

const fieldsByClass = new Map<ModelClass, readonly ModelField[]>();

/** The fields of a class of a model, in the order in which it declares them. */
export function fieldsOf(modelClass: ModelClass): readonly ModelField[] {
  let fields = fieldsByClass.get(modelClass);
  if (fields === undefined) {
    fields = readFields(modelClass);
    fieldsByClass.set(modelClass, fields);
  }
  return fields;
}

function readFields(modelClass: ModelClass): readonly ModelField[] {
  const storage = getMetadataStorage();
  const rulesByProperty = new Map<string, ReadRule[]>();
  const optional = new Set<string>();
  for (const metadata of storage.getTargetValidationMetadatas(modelClass, '', false, false)) {
    const constraints: readonly unknown[] = metadata.constraints ?? [];
    const rules = rulesByProperty.get(metadata.propertyName) ?? [];
    rulesByProperty.set(metadata.propertyName, rules);
    if (metadata.type === ValidationTypes.CONDITIONAL_VALIDATION && constraints[0] === isThere) {
      optional.add(metadata.propertyName);
      continue;
    }
    const constraintMetadatas = storage.getTargetValidatorConstraints(metadata.constraintCls);
    // A decorator that class-validator runs in a way of its own (conditional, nested, each, groups) would
    // otherwise be passed over in silence, and the fast validator would let pass what class-validator refuses.
    if (constraintMetadatas.length !== 1 || metadata.each || metadata.groups?.length || metadata.validateIf) {
      throw new TypeError(
        `${modelClass.name}.${metadata.propertyName}: nothing can be derived from a rule that is conditional, nested, or in groups`,
      );
    }
    const { instance, name } = constraintMetadatas[0]!;
    const args = {
      targetName: modelClass.name,
      property: metadata.propertyName,
      constraints,
    } as ValidationArguments;
    const definition = constraints[0] instanceof RuleDefinition ? constraints[0] : undefined;
    rules.push({ name, definition, accepts: (value) => instance.validate(value, args) === true });
  }
  return [...rulesByProperty].map(([property, rules]) => {
    const holding = rules.find(({ definition }) => definition?.modelClass !== undefined)?.definition;
    const isOptional = optional.has(property);
    if (isOptional && holding !== undefined)
      throw new TypeError(`${modelClass.name}.${property}: a field that holds a part cannot be missing`);
    return {
      property,
      rules: isOptional ? rules.map(unlessMissing) : rules,
      isOptional,
      modelClass: holding?.modelClass,
      isList: holding?.schema.type === 'array',
      hasSignedZero: rules.some(({ definition }) => definition?.hasSignedZero === true),
    };
  });
}

const unlessMissing = (rule: ReadRule): ReadRule => ({
  ...rule,
  accepts: (value) => value === undefined || rule.accepts(value),
});

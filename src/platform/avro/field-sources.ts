import { IncompatibleSchemaError } from './avro.errors.js';
import type { AvroField, AvroType } from './avro-types.js';
import { haveSameName } from './type-names.js';

export interface FieldSources {
  /** The reader's field of each of the writer's that is read. */
  readonly sources: ReadonlyMap<AvroField, AvroField>;
  /** The reader's fields that the writer has none for. */
  readonly defaults: readonly AvroField[];
}

/**
 * Finds out which of the writer's fields is which of the reader's: by the name, by an alias of the reader's, by an alias of
 * the writer's. The last is not in Avro's specification: whoever renames a field leaves its former name as an alias, and
 * then those who have not heard of the new name can still read it.
 *
 * @throws IncompatibleSchemaError
 */
export function fieldSources(reader: AvroType, writer: AvroType, place: string): FieldSources {
  if (!haveSameName(reader, writer)) {
    throw new IncompatibleSchemaError(
      `${place} is written as a record ${writer.name}, and read as ${reader.name}`,
    );
  }
  const sources = new Map<AvroField, AvroField>();
  let missing = reader.fields;
  for (const isSame of [byName, byAliasOfReader, byAliasOfWriter]) {
    missing = missing.filter((field) => {
      const found = writer.fields.filter((written) => !sources.has(written) && isSame(field, written));
      if (found.length > 1) {
        const names = found.map(({ name }) => name).join(' and ');
        throw new IncompatibleSchemaError(`${place} has the aliases ${names}, both for ${field.name}`);
      }
      if (found[0] === undefined) return true;
      sources.set(found[0], field);
      return false;
    });
  }
  const without = missing.filter((field) => field.defaultValue() === undefined);
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(', ');
    throw new IncompatibleSchemaError(`${place} is written without ${names}, which has no default`);
  }
  return { sources, defaults: missing };
}

const byName = (field: AvroField, written: AvroField): boolean => field.name === written.name;
const byAliasOfReader = (field: AvroField, written: AvroField): boolean =>
  field.aliases.includes(written.name);
/** A registry may hold aliases that are no list. */
const byAliasOfWriter = (field: AvroField, written: AvroField): boolean =>
  Array.isArray(written.aliases) && written.aliases.includes(field.name);

import { IncompatibleSchemaError } from './avro.errors.js';
import type { AvroType } from './avro-types.js';
import type { DatumCursor } from './datum-cursor.js';
import { fieldSources } from './field-sources.js';
import { simpleRead } from './simple-reads.js';

/** Reads one value of a writer's schema, as the reader's has it. @throws UndecodableDatumError */
export type Read = (from: DatumCursor) => unknown;

/**
 * How data of a writer's schema is read by a reader's: Avro 1.11 specification, "Schema Resolution". What goes beyond it
 * is that the writer's aliases are names as well, and that names are compared without their namespace throughout.
 */
export class AvroResolution {
  /** By the reader's and then the writer's record: one may have itself as a field. */
  private readonly records = new Map<AvroType, Map<AvroType, Read>>();

  /**
   * @param place what is read, for faults
   * @throws IncompatibleSchemaError
   */
  read(reader: AvroType, writer: AvroType, place: string): Read {
    if (isUnion(writer)) return this.writtenUnion(reader, writer, place);
    if (isUnion(reader)) return this.branch(reader, writer, place);
    const simple = simpleRead(reader, writer);
    if (simple !== undefined) return simple;
    if (reader.typeName === 'array' && writer.typeName === 'array') return this.array(reader, writer, place);
    if (reader.typeName === 'map' && writer.typeName === 'map') return this.map(reader, writer, place);
    if (isRecord(reader) && isRecord(writer)) return this.record(reader, writer, place);
    throw new IncompatibleSchemaError(
      `${place} is written as ${titleOf(writer)}, and read as ${titleOf(reader)}`,
    );
  }

  /** A branch that cannot be read is a fault only of data that has it. */
  private writtenUnion(reader: AvroType, writer: AvroType, place: string): Read {
    let fault = new IncompatibleSchemaError(`${place} is written as a union of nothing`);
    const reads = writer.types.map((branch) => {
      try {
        return this.read(reader, branch, place);
      } catch (error) {
        if (!(error instanceof IncompatibleSchemaError)) throw error;
        fault = error;
        return undefined;
      }
    });
    if (reads.every((read) => read === undefined)) throw fault;
    return (from) => {
      const index = from.choice(reads.length);
      const read = reads[index];
      if (read === undefined) {
        throw from.fault(`is ${titleOf(writer.types[index] as AvroType)}, and read as ${titleOf(reader)}`);
      }
      return read(from);
    };
  }

  /** The first branch that fits, and one of the same type before one that the value is promoted to. */
  private branch(reader: AvroType, writer: AvroType, place: string): Read {
    const distance = (branch: AvroType): number =>
      Number(branch.typeName !== writer.typeName) + Number(branch.name !== writer.name);
    for (const branch of reader.types.toSorted((one, other) => distance(one) - distance(other))) {
      try {
        return this.read(branch, writer, place);
      } catch (error) {
        if (!(error instanceof IncompatibleSchemaError)) throw error;
      }
    }
    throw new IncompatibleSchemaError(
      `${place} is written as ${titleOf(writer)}, and read as ${titleOf(reader)}`,
    );
  }

  private array(reader: AvroType, writer: AvroType, place: string): Read {
    const item = this.read(reader.itemsType, writer.itemsType, place);
    return (from) => {
      const items: unknown[] = [];
      for (let left = from.blockLength(); left > 0; left = from.blockLength()) {
        while (left-- > 0) items.push(item(from));
      }
      return items;
    };
  }

  private map(reader: AvroType, writer: AvroType, place: string): Read {
    const value = this.read(reader.valuesType, writer.valuesType, place);
    return (from) => {
      const values = Object.create(null) as Record<string, unknown>;
      for (let left = from.blockLength(); left > 0; left = from.blockLength()) {
        while (left-- > 0) {
          const key = from.string();
          values[key] = value(from);
        }
      }
      return values;
    };
  }

  private record(reader: AvroType, writer: AvroType, place: string): Read {
    const ofReader = this.records.get(reader) ?? new Map<AvroType, Read>();
    this.records.set(reader, ofReader);
    const known = ofReader.get(writer);
    if (known !== undefined) return known;
    let read: Read = (from) => {
      throw from.fault('is of a record that cannot be read');
    };
    ofReader.set(writer, (from) => read(from));
    try {
      read = this.fields(reader, writer, place);
    } catch (error) {
      ofReader.delete(writer);
      throw error;
    }
    ofReader.set(writer, read);
    return read;
  }

  private fields(reader: AvroType, writer: AvroType, place: string): Read {
    const { sources, defaults } = fieldSources(reader, writer, place);
    // In the order of the reader's fields; copying it is what makes a record fastest.
    const blank: Record<string, unknown> = {};
    for (const { name } of reader.fields) blank[name] = undefined;
    const steps = writer.fields.map((field) => {
      const target = sources.get(field);
      const fieldPlace = `${shortName(reader) ?? place}.${target?.name ?? field.name}`;
      // What the reader does not have is read as it was written, and dropped: a fault in it is a fault of the datum.
      const read = this.read(target?.type ?? field.type, field.type, fieldPlace);
      return { place: fieldPlace, name: target?.name, read };
    });
    return (from) => {
      const record = { ...blank };
      for (const { place, name, read } of steps) {
        from.place = place;
        const value = read(from);
        if (name !== undefined) record[name] = value;
      }
      for (const field of defaults) record[field.name] = field.defaultValue();
      return record;
    };
  }
}

function isUnion(type: AvroType): boolean {
  return type.typeName.startsWith('union:');
}

function isRecord(type: AvroType): boolean {
  return type.typeName === 'record' || type.typeName === 'error';
}

function shortName(type: AvroType): string | undefined {
  return type.name?.split('.').at(-1);
}

/** For people: `string`, `enum Colour`, `union of null, string`. */
function titleOf(type: AvroType): string {
  if (isUnion(type)) return `union of ${type.types.map(titleOf).join(', ') || 'nothing'}`;
  const kind = type.typeName.replace('abstract:', '');
  return type.name === undefined ? kind : `${kind} ${type.name}`;
}

import type { AvroType } from './avro-types.js';
import type { DatumCursor } from './datum-cursor.js';
import { haveSameName } from './type-names.js';

type Read = (from: DatumCursor) => unknown;

const readInt: Read = (from) => from.int();
const readString: Read = (from) => from.string();
const readBytes: Read = (from) => from.bytes();

/** By the reader's type and then the writer's, which is promoted where it is another. */
const PRIMITIVES: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  null: { null: () => null },
  boolean: { boolean: (from) => from.boolean() },
  int: { int: readInt },
  long: { long: (from) => from.long(), int: (from) => BigInt(from.int()) },
  float: {
    float: (from) => from.float(),
    int: (from) => Math.fround(from.int()),
    long: (from) => Math.fround(Number(from.long())),
  },
  double: {
    double: (from) => from.double(),
    float: (from) => from.float(),
    int: readInt,
    long: (from) => Number(from.long()),
  },
  string: { string: readString, bytes: readString },
  bytes: { bytes: readBytes, string: readBytes },
};

/** How a value without other values in it is read; undefined where the types do not go together, or are no such types. */
export function simpleRead(reader: AvroType, writer: AvroType): Read | undefined {
  const primitive = PRIMITIVES[plain(reader)]?.[plain(writer)];
  if (primitive !== undefined) return primitive;
  if (reader.typeName !== writer.typeName || !haveSameName(reader, writer)) return undefined;
  if (reader.typeName === 'enum') return enumRead(reader, writer);
  if (reader.typeName !== 'fixed' || reader.size !== writer.size) return undefined;
  return (from) => from.fixed(writer.size);
}

/** A symbol that the reader lacks is its default, or a fault of the datum that has it. */
function enumRead(reader: AvroType, writer: AvroType): Read {
  const symbols = writer.symbols.map((symbol) => (reader.symbols.includes(symbol) ? symbol : reader.default));
  return (from) => {
    const index = from.choice(symbols.length);
    const symbol = symbols[index];
    if (symbol === undefined)
      throw from.fault(`is ${writer.symbols[index]}, which ${reader.name} does not have`);
    return symbol;
  };
}

/** avsc has a name of its own for a long that is not a number. */
function plain({ typeName }: AvroType): string {
  return typeName === 'abstract:long' ? 'long' : typeName;
}

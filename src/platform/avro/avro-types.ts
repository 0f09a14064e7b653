import avsc from 'avsc';
import { DatumCursor } from './datum-cursor.js';

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const LONGEST_VARINT_BYTES = 10;

/** What of an avsc type is looked at here. Its own declarations leave out names and aliases. */
export interface AvroType {
  /** `record`, `string`, `union:wrapped`, `abstract:long`, … */
  readonly typeName: string;
  /** In full, as aliases: `com.polecatworks.billing.Customer`. */
  readonly name?: string;
  readonly aliases?: readonly string[];
  /** Of a record. */
  readonly fields: readonly AvroField[];
  /** Of a union. */
  readonly types: readonly AvroType[];
  /** Of an array. */
  readonly itemsType: AvroType;
  /** Of a map. */
  readonly valuesType: AvroType;
  /** Of a fixed, in bytes. */
  readonly size: number;
  /** Of an enum. */
  readonly symbols: readonly string[];
  readonly default?: string;
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  defaultValue(): unknown;
}

/** Longs are bigint here, exact to all 64 bits. */
const LONG = avsc.types.LongType.__with(
  {
    fromBuffer: (bytes: Buffer) => new DatumCursor(bytes).long(),
    toBuffer: encodedLong,
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (one: bigint, other: bigint) => Number(one > other) - Number(one < other),
  },
  true,
);

/** avsc makes `{"type":"long"}` of a mere name first; so this meets longs with a logical type as well. */
const EXACT = {
  typeHook: (schema: unknown): avsc.Type | undefined =>
    (schema as { type?: unknown } | null)?.type === 'long' ? LONG : undefined,
};

/** The reader's own schema. @throws Error when it is none, or has a union whose branches values do not tell apart */
export function readersType(schema: object): avsc.Type {
  return avsc.Type.forSchema(schema as avsc.Schema, {
    ...EXACT,
    registry: namedTypes(),
    wrapUnions: 'never',
  });
}

/**
 * A writer's schema from its text. Its defaults are left out: they are for others who read with it, and some writers have
 * defaults that are not of their type.
 *
 * @throws Error when it is no Avro schema
 */
export function writersType(text: string): avsc.Type {
  const schema = JSON.parse(text, (key, value: unknown) =>
    key === 'default' ? undefined : value,
  ) as avsc.Schema;
  return avsc.Type.forSchema(schema, { ...EXACT, registry: namedTypes(), wrapUnions: 'always' });
}

/** A schema may name its types as properties of all objects are called. */
function namedTypes(): Record<string, avsc.Type> {
  return Object.create(null) as Record<string, avsc.Type>;
}

/** As a zigzag varint. What fits a number goes on as one, since bigints are many times slower. */
function encodedLong(value: bigint): Buffer {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError('a long is beyond 64 bits');
  let bits = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes = Buffer.allocUnsafe(LONGEST_VARINT_BYTES);
  let length = 0;
  for (; bits > MAX_SAFE; bits >>= 7n) bytes[length++] = Number(bits & 0x7fn) | 0x80;
  let rest = Number(bits);
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[length++] = (rest % 128) | 0x80;
  bytes[length++] = rest;
  return bytes.subarray(0, length);
}

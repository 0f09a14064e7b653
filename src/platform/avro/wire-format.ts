/** Confluent wire format: byte 0, the schema's id as an unsigned 32-bit integer in big-endian order, the Avro datum. */
const MAGIC_BYTE = 0;
const HEADER_BYTES = 5;

/** A value of the Confluent wire format, taken apart. */
export interface Framed {
  /** 0 to 2^32 - 1. */
  readonly schemaId: number;
  /** A view of the value's own bytes, which may be none. */
  readonly datum: Buffer;
}

/** Takes a value of a message apart. @returns the parts, or why it is of no such format: `starts with byte 123 …` */
export function unframed(value: Buffer): Framed | { readonly fault: string } {
  if (value.length > 0 && value[0] !== MAGIC_BYTE) {
    return { fault: `starts with byte ${value[0]}, and not with the 0 of the Confluent wire format` };
  }
  if (value.length < HEADER_BYTES) {
    return {
      fault: `has ${value.length} bytes, of the ${HEADER_BYTES} that the Confluent wire format begins with`,
    };
  }
  return { schemaId: value.readUInt32BE(1), datum: value.subarray(HEADER_BYTES) };
}

/** @throws RangeError for an id that is no unsigned 32-bit integer */
export function framed(schemaId: number, datum: Buffer): Buffer {
  const value = Buffer.allocUnsafe(HEADER_BYTES + datum.length);
  value[0] = MAGIC_BYTE;
  value.writeUInt32BE(schemaId, 1);
  datum.copy(value, HEADER_BYTES);
  return value;
}

import type avsc from 'avsc';
import { IncompatibleSchemaError, UndecodableDatumError } from './avro.errors.js';
import { AvroResolution } from './avro-resolution.js';
import { type AvroType, readersType, writersType } from './avro-types.js';
import { DatumCursor } from './datum-cursor.js';

const MAX_REASON_CHARACTERS = 200;

/**
 * Reads records of any compatible schema as those of one's own, and writes one's own. Longs are bigint, bytes are Buffers,
 * a union's value stands for itself; a record has the reader's fields in their order, and nothing else.
 */
export class AvroReader<Content> {
  private readonly type: avsc.Type;

  /** @param schema the reader's, as Avro's JSON. @throws Error when it is no Avro schema */
  constructor(schema: object) {
    this.type = readersType(schema);
  }

  /**
   * A decoder for data of a writer's schema. To be kept: making it takes longer than decoding many records.
   *
   * @param writerSchema as JSON text, as a registry has it
   * @throws IncompatibleSchemaError
   * @returns a function that throws {@link UndecodableDatumError} with a reason for people, and quotes nothing
   */
  decoderOf(writerSchema: string): (datum: Buffer) => Content {
    const read = resolved(this.type as unknown as AvroType, writerSchema);
    return (datum) => {
      const from = new DatumCursor(datum);
      let content: Content;
      try {
        content = read(from) as Content;
      } catch (error) {
        // The only other error is that of a stack which has run out.
        if (error instanceof UndecodableDatumError || !(error instanceof RangeError)) throw error;
        throw new UndecodableDatumError('the datum is nested too deeply', { cause: error });
      }
      if (from.bytesLeft > 0) {
        throw new UndecodableDatumError(`${from.bytesLeft} bytes follow the end of the datum`);
      }
      return content;
    };
  }

  /** @throws Error for what is no record of the schema; text that is no Unicode counts, since nobody could read it again */
  encode(record: Content): Buffer {
    if (!isWellFormed(record))
      throw new TypeError('a text has half of a surrogate pair, which UTF-8 cannot have');
    return this.type.toBuffer(record);
  }
}

function resolved(reader: AvroType, writerSchema: string): (from: DatumCursor) => unknown {
  try {
    const writer = writersType(writerSchema) as unknown as AvroType;
    return new AvroResolution().read(reader, writer, 'the datum');
  } catch (error) {
    if (error instanceof IncompatibleSchemaError) throw error;
    const reason = (error as Error).message.slice(0, MAX_REASON_CHARACTERS);
    throw new IncompatibleSchemaError(`the schema is no Avro schema: ${reason}`, { cause: error });
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return true;
  for (const name in value) {
    if (!name.isWellFormed() || !isWellFormed((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}

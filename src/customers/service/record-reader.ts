import { isUtf8 } from 'node:buffer';
import { UndecodableDatumError } from '../../platform/avro/avro.errors.js';
import { unframed } from '../../platform/avro/wire-format.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import type { Customer } from '../model/customer.js';
import { type CustomerDecoder, type WriterSchemas } from './writer-schemas.js';

/** What a record says: of a customer, that one is gone, or nothing that can be understood. */
export type ReadRecord =
  | { readonly kind: 'customer'; readonly key: Buffer; readonly customer: Customer }
  | { readonly kind: 'removal'; readonly key: Buffer }
  | { readonly kind: 'fault'; readonly reason: string };

/** Read with a schema that has to be asked for. */
export interface UnknownSchema {
  readonly kind: 'unknown';
  readonly schemaId: number;
  readonly key: Buffer;
  readonly datum: Buffer;
}

const fault = (reason: string): ReadRecord => ({ kind: 'fault', reason });

/** Takes records of the topic apart. Values and keys are not quoted: they are personal data. */
export class RecordReader {
  constructor(private readonly schemas: WriterSchemas) {}

  /** What an event says, as far as that can be told without asking anybody. */
  peek({ key, value }: ReceivedEvent): ReadRecord | UnknownSchema {
    if (key === null) return fault('the record has no key: expected its accountId');
    if (value === null) return isUtf8(key) ? { kind: 'removal', key } : fault('the key must be UTF-8');
    const parts = unframed(value);
    if ('fault' in parts) return fault(`the value ${parts.fault}`);
    const { schemaId, datum } = parts;
    const known = this.schemas.peek(schemaId);
    if (known === undefined) return { kind: 'unknown', schemaId, key, datum };
    return known instanceof Error ? unreadable(schemaId, known) : decoded(key, datum, schemaId, known);
  }

  /** The same, once the registry has been asked. @throws RegistryAwayError */
  async read(event: ReceivedEvent): Promise<ReadRecord> {
    const read = this.peek(event);
    if (read.kind !== 'unknown') return read;
    const { key, datum, schemaId } = read;
    const found = await this.schemas.find(schemaId);
    return found instanceof Error ? unreadable(schemaId, found) : decoded(key, datum, schemaId, found);
  }
}

const unreadable = (schemaId: number, { message }: Error): ReadRecord =>
  fault(`schema ${schemaId} cannot be used: ${message}`);

function decoded(key: Buffer, datum: Buffer, schemaId: number, decode: CustomerDecoder): ReadRecord {
  let customer: Customer;
  try {
    customer = decode(datum);
  } catch (error) {
    if (!(error instanceof UndecodableDatumError)) throw error;
    return fault(`the value is no datum of schema ${schemaId}: ${error.message}`);
  }
  return isKeyOf(key, customer) ? { kind: 'customer', key, customer } : fault('the key is not the accountId');
}

/** Bytes that are no UTF-8 are read as U+FFFD, which an accountId may have as well. */
function isKeyOf(key: Buffer, { accountId }: Customer): boolean {
  return key.toString() === accountId && (!accountId.includes('\uFFFD') || isUtf8(key));
}

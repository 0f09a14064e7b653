import { IncompatibleSchemaError, SchemaAbsentError } from '../../platform/avro/avro.errors.js';
import type { SchemaRegistry } from '../../platform/avro/schema-registry.js';
import { CUSTOMER_SCHEMA, type Customer } from '../model/customer.js';
import { CUSTOMER_AVRO, OWN_SCHEMA_ID } from '../producer/customer-avro.js';

export type CustomerDecoder = (datum: Buffer) => Customer;

/** By which schema records were written, as far as that is known, and why those of others cannot be read. */
export class WriterSchemas {
  /** By the schema's id. What the registry lacks is not kept here, since it may come. */
  private readonly known = new Map<number, CustomerDecoder | IncompatibleSchemaError>();

  /** @param registry none where there is no Kafka */
  constructor(private readonly registry: Pick<SchemaRegistry, 'schemaOf'> | undefined) {
    if (registry === undefined) {
      this.known.set(OWN_SCHEMA_ID, CUSTOMER_AVRO.decoderOf(JSON.stringify(CUSTOMER_SCHEMA)));
    }
  }

  /** What is known of an id without asking; undefined where somebody has to be asked. */
  peek(id: number): CustomerDecoder | IncompatibleSchemaError | undefined {
    return this.known.get(id);
  }

  /**
   * Asks the registry.
   *
   * @returns how to decode, or why that cannot be
   * @throws RegistryAwayError
   */
  async find(id: number): Promise<CustomerDecoder | IncompatibleSchemaError | SchemaAbsentError> {
    if (this.registry === undefined)
      return new SchemaAbsentError(`there is no registry to ask for schema ${id}`);
    try {
      const decoder = CUSTOMER_AVRO.decoderOf(await this.registry.schemaOf(id));
      this.known.set(id, decoder);
      return decoder;
    } catch (error) {
      if (error instanceof SchemaAbsentError) return error;
      if (!(error instanceof IncompatibleSchemaError)) throw error;
      this.known.set(id, error);
      return error;
    }
  }
}

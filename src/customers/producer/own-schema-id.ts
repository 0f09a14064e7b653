import { SchemaAbsentError, SchemaRefusedError } from '../../platform/avro/avro.errors.js';
import type { SchemaRegistry } from '../../platform/avro/schema-registry.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { CUSTOMER_SCHEMA } from '../model/customer.js';
import { subjectOf } from './customer-avro.js';

/** The registry has no schema to write customers with, which an operator mends. */
export class UnregisteredSchemaError extends TransientError {
  constructor(reason: string) {
    super(`${reason}; register it, or set CUSTOMERS_REGISTER_SCHEMA=on`);
    this.name = 'UnregisteredSchemaError';
  }
}

/**
 * The id of the schema that customers are written with.
 *
 * @param topic as this deployment calls it
 * @param register whether it is registered where the registry does not have it
 * @throws UnregisteredSchemaError, RegistryAwayError
 */
export async function ownSchemaId(
  schemas: SchemaRegistry,
  topic: string,
  register: boolean,
): Promise<number> {
  try {
    return await schemas.idOf(subjectOf(topic), CUSTOMER_SCHEMA, register);
  } catch (error) {
    const isMissing = error instanceof SchemaAbsentError || error instanceof SchemaRefusedError;
    throw isMissing ? new UnregisteredSchemaError(error.message) : error;
  }
}

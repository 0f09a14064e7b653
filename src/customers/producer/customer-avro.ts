import { AvroReader } from '../../platform/avro/avro-schema.js';
import { framed } from '../../platform/avro/wire-format.js';
import { CUSTOMER_SCHEMA, type Customer } from '../model/customer.js';

/** Reads records as customers, and writes them. */
export const CUSTOMER_AVRO = new AvroReader<Customer>(CUSTOMER_SCHEMA);

/** The id that stands in records where there is no registry: they are written with our own schema. */
export const OWN_SCHEMA_ID = 0;

/** The subject that a topic's values are registered under, by the usual strategy. */
export const subjectOf = (topic: string): string => `${topic}-value`;

/** A customer as a record's value, in the Confluent wire format. @param schemaId of {@link CUSTOMER_SCHEMA}. @throws Error for what Avro cannot hold */
export const customerValue = (schemaId: number, customer: Customer): Buffer =>
  framed(schemaId, CUSTOMER_AVRO.encode(customer));

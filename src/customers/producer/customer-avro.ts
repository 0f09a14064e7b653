import { AvroReader } from '../../platform/avro/avro-schema.js';
import { CUSTOMER_SCHEMA, type Customer } from '../model/customer.js';

/** Reads records as customers, and writes them. */
export const CUSTOMER_AVRO = new AvroReader<Customer>(CUSTOMER_SCHEMA);

/** The id that stands in records where there is no registry: they are written with our own schema. */
export const OWN_SCHEMA_ID = 0;

/** The subject that a topic's values are registered under, by the usual strategy. */
export const subjectOf = (topic: string): string => `${topic}-value`;

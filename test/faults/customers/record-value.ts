import { customerValue } from '../../../src/customers/producer/customer-avro.js';
import { CUSTOMER_SCHEMA } from '../../../src/customers/model/customer.js';
import { customerIn } from './customer-book.js';

/** What a later writer has besides. It is at the end, so that its datum is the older one and a text behind it. */
const NOTE = { name: 'note', type: 'string', default: '' };
const EMPTY_TEXT = Buffer.from([0]);

export const FIRST_SCHEMA = CUSTOMER_SCHEMA;
/** Compatible with the first. @param number tells one from another */
export const laterSchema = (number: number): object => ({
  ...CUSTOMER_SCHEMA,
  doc: `No. ${number}`,
  fields: [...CUSTOMER_SCHEMA.fields, NOTE],
});

export const recordValue = (schemaId: number, accountId: string, version: number): Buffer =>
  customerValue(schemaId, customerIn(accountId, version));

/** Of {@link laterSchema}. */
export const laterRecordValue = (schemaId: number, accountId: string, version: number): Buffer =>
  Buffer.concat([recordValue(schemaId, accountId, version), EMPTY_TEXT]);

/** A customer, as its record has it. */
export interface Customer {
  /** The record's key as well. */
  readonly accountId: string;
  readonly name: string;
  readonly address: string;
  readonly phone: string;
  /** Milliseconds since the Unix epoch, 64 bits. */
  readonly createdAt: bigint;
  readonly updatedAt: bigint;
}

/** The Avro schema that records are read by, and written with. */
export const CUSTOMER_SCHEMA = {
  type: 'record',
  name: 'Customer',
  namespace: 'com.polecatworks.billing',
  fields: [
    { name: 'accountId', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'address', type: 'string' },
    { name: 'phone', type: 'string' },
    { name: 'createdAt', type: 'long' },
    { name: 'updatedAt', type: 'long' },
  ],
} as const;

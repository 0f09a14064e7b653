/** As the contract of customers has it; made up here for a record of strings and longs. */
export interface Customer {
  accountId: string;
  name: string;
  address: string;
  phone: string;
  createdAt: bigint;
  updatedAt: bigint;
}

export const CUSTOMER_FIELDS = [
  { name: 'accountId', type: 'string' },
  { name: 'name', type: 'string' },
  { name: 'address', type: 'string' },
  { name: 'phone', type: 'string' },
  { name: 'createdAt', type: 'long' },
  { name: 'updatedAt', type: 'long' },
];

export const CUSTOMER_SCHEMA = customerSchema(CUSTOMER_FIELDS);

/** The record with other fields, or other properties of its own: `name`, `aliases`, … */
export function customerSchema(fields: readonly object[], properties: object = {}): object {
  return { type: 'record', name: 'Customer', namespace: 'com.polecatworks.billing', ...properties, fields };
}

/** The record's fields, one of them with other properties. */
export function changedFields(name: string, properties: object): object[] {
  return CUSTOMER_FIELDS.map((field) => (field.name === name ? { ...field, ...properties } : field));
}

/** A record of that schema, whose datum is `DATUM`. */
export const CUSTOMER: Customer = {
  accountId: 'vec01',
  name: 'N é',
  address: 'A',
  phone: 'P',
  createdAt: 1n,
  updatedAt: 1001n,
};

export const DATUM = Buffer.from('0a7665633031084e20c3a90241025002d20f', 'hex');

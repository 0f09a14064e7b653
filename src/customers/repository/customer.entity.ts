import { EntitySchema } from 'typeorm';

/** A customer as PostgreSQL keeps it where no topic does. */
export interface KeptCustomer {
  /** The accountId in UTF-8: a text of PostgreSQL's cannot hold a NUL. */
  readonly account_key: Buffer;
  /** The ready answer, JSON. */
  readonly body: string;
}

export const CustomerEntity = new EntitySchema<KeptCustomer>({
  name: 'kept_customer',
  schema: 'customers',
  tableName: 'customers',
  columns: {
    account_key: { type: 'bytea', primary: true, primaryKeyConstraintName: 'pk_customers' },
    body: { type: 'text' },
  },
});

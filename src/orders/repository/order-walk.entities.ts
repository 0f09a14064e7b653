import type { EntitySchemaColumnOptions } from 'typeorm';

/** How far a walk through all orders is: one row. */
export interface OrderWalkRow {
  id: number;
  rounds: number;
  begins_at: Date;
  before_received_at: Date;
  before_order_uid: string;
}

/** The columns that the statements of a walk know. */
export const walkColumns = (primaryKey: string): Record<keyof OrderWalkRow, EntitySchemaColumnOptions> => ({
  id: { type: 'integer', primary: true, primaryKeyConstraintName: primaryKey },
  rounds: { type: 'integer', comment: 'times that all orders have yet to be looked through' },
  begins_at: { type: 'timestamptz' },
  before_received_at: {
    type: 'timestamptz',
    comment: 'orders of this time and later have been looked at',
  },
  before_order_uid: { type: 'text' },
});

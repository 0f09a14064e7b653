import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { type OrderWalkRow, walkColumns } from './order-walk.entities.js';

/** What an order is found by; a term that it does not have is null. */
interface OrderSearchRow {
  order_uid: string;
  small_uid: string | null;
  track_number: string | null;
  track_2: string | null;
  track_3: string | null;
  track_4: string | null;
  track_5: string | null;
  track_6: string | null;
  customer_id: string | null;
  email: string | null;
  phone: string | null;
  name_1: string | null;
  name_2: string | null;
  name_3: string | null;
  name_4: string | null;
  received_at: Date;
  content_version: number;
}

/** By their bytes, so that all that begin alike stand together, whatever the database's language is. */
const term: EntitySchemaColumnOptions = { type: 'text', collation: 'C', nullable: true };

/** Newest last among equals; a term that orders seldom have costs the others nothing. */
const indexOf = (name: keyof OrderSearchRow) => ({
  name: `ix_order_search_${name}`,
  columns: [name, 'received_at'],
  where: `${name} IS NOT NULL`,
});

export const OrderSearchEntity = new EntitySchema<OrderSearchRow>({
  name: 'order_search',
  tableName: 'order_search',
  columns: {
    order_uid: { type: 'text', collation: 'C', primary: true, primaryKeyConstraintName: 'pk_order_search' },
    small_uid: { ...term, comment: 'the id in small letters, where it has others' },
    track_number: term,
    track_2: { ...term, comment: 'the first track number of its items that is not its own' },
    track_3: term,
    track_4: term,
    track_5: term,
    track_6: term,
    customer_id: term,
    email: term,
    phone: { ...term, comment: 'the digits, from the last to the first' },
    name_1: { ...term, comment: 'all words, from one of the longest on; name_2 from the next' },
    name_2: term,
    name_3: term,
    name_4: term,
    received_at: { type: 'timestamptz' },
    content_version: { type: 'integer', comment: 'the version whose content the terms are of' },
  },
  indices: [
    indexOf('small_uid'),
    indexOf('track_number'),
    indexOf('track_2'),
    indexOf('track_3'),
    indexOf('track_4'),
    indexOf('track_5'),
    indexOf('track_6'),
    indexOf('customer_id'),
    indexOf('email'),
    indexOf('phone'),
    indexOf('name_1'),
    indexOf('name_2'),
    indexOf('name_3'),
    indexOf('name_4'),
  ],
});

/** How far the orders that were stored without terms have got theirs: one row. */
interface OrderSearchFillRow extends OrderWalkRow {
  next_look_at: Date;
  complete_before: Date;
}

export const OrderSearchFillEntity = new EntitySchema<OrderSearchFillRow>({
  name: 'order_search_fill',
  tableName: 'order_search_fill',
  columns: {
    ...walkColumns('pk_order_search_fill'),
    next_look_at: {
      type: 'timestamptz',
      comment: 'when the newest orders are looked at again, beside the rounds',
    },
    complete_before: { type: 'timestamptz', comment: 'no order received before it is looked at by then' },
  },
});

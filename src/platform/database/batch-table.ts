import { BinaryWriter } from './binary-format.js';

/** A type of PostgreSQL, and how a value of it is written. The OID is that of pg_type. */
interface ColumnType<Value> {
  readonly name: string;
  readonly oid: number;
  readonly write: (writer: BinaryWriter, value: Value) => void;
}

export const TEXT: ColumnType<string> = { name: 'text', oid: 25, write: (to, value) => to.text(value) };
export const BIGINT: ColumnType<number> = { name: 'bigint', oid: 20, write: (to, value) => to.bigint(value) };
/** Whole numbers that a number cannot hold. */
export const INT64: ColumnType<bigint> = { name: 'bigint', oid: 20, write: (to, value) => to.int64(value) };
export const DOUBLE: ColumnType<number> = {
  name: 'double precision',
  oid: 701,
  write: (to, value) => to.double(value),
};
export const INTEGER: ColumnType<number> = {
  name: 'integer',
  oid: 23,
  write: (to, value) => to.integer(value),
};
export const SMALLINT: ColumnType<number> = {
  name: 'smallint',
  oid: 21,
  write: (to, value) => to.smallint(value),
};
export const BOOLEAN: ColumnType<boolean> = {
  name: 'boolean',
  oid: 16,
  write: (to, value) => to.boolean(value),
};
/** A text stands for its bytes in UTF-8. */
export const BYTEA: ColumnType<Uint8Array | string> = {
  name: 'bytea',
  oid: 17,
  write: (to, value) => (typeof value === 'string' ? to.text(value) : to.bytea(value)),
};
/** Values are JSON texts. */
export const JSONB: ColumnType<string> = { name: 'jsonb', oid: 3802, write: (to, value) => to.jsonb(value) };
/** Values are microseconds since the Unix epoch. */
export const TIMESTAMPTZ: ColumnType<bigint> = {
  name: 'timestamptz',
  oid: 1184,
  write: (to, value) => to.timestamptz(value),
};

/** A column, and where a row has its value. */
export interface Column<Row> {
  readonly name: string;
  readonly type: Pick<ColumnType<unknown>, 'name' | 'oid'>;
  readonly write: (writer: BinaryWriter, row: Row) => void;
}

/** @param valueOf undefined stands for NULL */
export function column<Row, Value>(
  name: string,
  type: ColumnType<Value>,
  valueOf: (row: Row) => Value | undefined,
): Column<Row> {
  const write = (writer: BinaryWriter, row: Row): void => {
    const value = valueOf(row);
    if (value === undefined) writer.null();
    else type.write(writer, value);
  };
  return { name, type, write };
}

/** Of a field with its length; only what the writers begin with. */
const EXPECTED_FIELD_BYTES = 24;
const ARRAY_HEADER_BYTES = 20;

/**
 * A table that is written in batches, each column as one array in PostgreSQL's binary format: parsing text would cost
 * more than storing it.
 */
export class BatchTable<Row> {
  readonly columnNames: readonly string[];

  constructor(
    readonly name: string,
    private readonly columns: readonly Column<Row>[],
  ) {
    this.columnNames = columns.map((one) => one.name);
  }

  /**
   * For FROM: the batch as a table, of the parameters that {@link arraysOf} makes. Its last column is `place`, the row's
   * place in the batch, from 1.
   *
   * @param parametersBefore how many parameters of the statement stand before them
   */
  unnested(alias: string, parametersBefore = 0): string {
    const arrays = this.columns.map(({ type }, index) => `$${parametersBefore + index + 1}::${type.name}[]`);
    const columns = [...this.columnNames, 'place'].join(', ');
    return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS ${alias}(${columns})`;
  }

  /** One array for each column. */
  arraysOf(rows: readonly Row[]): Buffer[] {
    return this.columns.map(({ type, write }) => {
      const writer = new BinaryWriter(ARRAY_HEADER_BYTES + rows.length * EXPECTED_FIELD_BYTES);
      const [dimensions, mayHoldNulls, lowerBound] = [1, 1, 1];
      for (const part of [dimensions, mayHoldNulls, type.oid, rows.length, lowerBound]) writer.int32(part);
      for (const row of rows) write(writer, row);
      return writer.finish();
    });
  }
}

import type { DataSource } from 'typeorm';

export interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** A default, an identity or a generated value: what is stored when a statement does not name the column. */
  readonly filled: boolean;
}

/** What a row is refused for: a constraint, or an index that is unique. */
export interface Rule {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  readonly unique: boolean;
  /** Empty when it is about more than columns, such as a unique index on an expression. */
  readonly columns: readonly string[];
}

export interface Schema {
  readonly columns: readonly Column[];
  readonly rules: readonly Rule[];
  /** All that there is, a line each, for telling whether two schemas are the same. */
  readonly lines: readonly string[];
}

/** The table in which TypeORM notes what it ran is not part of the schema. */
const RELATIONS = `
  SELECT c.oid, c.relname, c.relkind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relname !~ '^(migrations|PK_)'`;

const COLUMNS = `
  SELECT t.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable, a.atthasdef OR a.attidentity <> '' AS filled,
         trim(concat_ws(' ', a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))) AS how
  FROM (${RELATIONS}) AS t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE t.relkind IN ('r', 'p')
  ORDER BY 1, 2`;

/** NOT NULL is told with the columns. The index of a constraint is told with the constraint. */
const RULES = `
  SELECT t.relname AS "table", c.conname AS name, pg_get_constraintdef(c.oid) AS definition,
         c.contype IN ('p', 'u', 'x') AS "unique",
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY (c.conkey)) AS columns
  FROM (${RELATIONS}) AS t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype <> 'n'
  UNION ALL
  SELECT t.relname, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), true,
         CASE WHEN 0 = ANY (i.indkey) THEN '{}'
              ELSE ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY (i.indkey))
         END
  FROM (${RELATIONS}) AS t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
  WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
  ORDER BY 1, 2`;

/** Of the other kinds of things that a migration may make. */
const OTHERS = `
  SELECT format('%s %s', relkind, relname) AS line FROM (${RELATIONS}) AS t
  UNION ALL
  SELECT pg_get_indexdef(i.indexrelid) FROM (${RELATIONS}) AS t JOIN pg_index i ON i.indrelid = t.oid
  UNION ALL
  SELECT pg_get_triggerdef(g.oid) FROM (${RELATIONS}) AS t
  JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
  UNION ALL
  SELECT format('function %s', p.oid::regprocedure) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT format('type %s', y.typname) FROM pg_type y
  WHERE y.typnamespace = 'public'::regnamespace AND y.typtype IN ('e', 'd')
  ORDER BY 1`;

/** What stands in the schema `public` of an open database. */
export async function readSchema(source: Pick<DataSource, 'query'>): Promise<Schema> {
  const columns: (Column & { how: string })[] = await source.query(COLUMNS);
  const rules: Rule[] = await source.query(RULES);
  const others: { line: string }[] = await source.query(OTHERS);
  return {
    columns,
    rules,
    lines: [
      ...columns.map(
        ({ table, name, type, nullable, how }) =>
          `column ${table}.${name} ${type}${nullable ? '' : ' NOT NULL'}${how === '' ? '' : ` (${how})`}`,
      ),
      ...rules.map(({ table, name, definition }) => `rule ${table}.${name} ${definition}`),
      ...others.map(({ line }) => line),
    ],
  };
}
